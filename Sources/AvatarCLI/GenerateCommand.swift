public import ArgumentParser
public import Diffusion
import MediaTypes
public import Runtime

/// `avatar generate`: words and perhaps a picture in, a picture out.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Set a picture in motion, or draw the avatar's picture from a prompt.",
    discussion: """
      Without --model and --base, mini moves the face of a picture, with its own pixels, as the prompt \
      says: it nods, shakes the head, smiles, frowns, looks, tilts and turns (left, right, up, down), blinks \
      and raises the brows, slightly or broadly; "then" begins the next scene. `avatar speak` makes it talk.

      With --base it uses a Stable Diffusion 1.5 model in diffusers' layout: a folder with text_encoder, tokenizer, \
      unet and vae. Parts of a prompt weigh more in (brackets), (so much:1.3), or less in [these]; \
      it may be of any length. With --model, one of MuseV's as upstream lays them out in checkpoints/motion, \
      the picture becomes the first frame of a video; without one it is drawn first. What is made carries \
      the AI label and the command that makes it again (see `avatar show`).

      Examples:
        avatar generate --image woman.jpg --prompt "a woman nods and smiles" --seconds 4 -o woman.mp4
        avatar generate --base models/sd15 --prompt "portrait of a woman, soft light" -o woman.png
        avatar generate --base models/sd15 --image photo.jpg --strength 0.5 --prompt "oil painting" -o painting.png
        avatar generate --base models/sd15 --prompt "a man" --embedding EasyNegative.pt \
      --negative-prompt EasyNegative --seed 7 -o man.png
        avatar generate --base models/sd15 --checkpoint style.ckpt --prompt "a man" -o man.png
        avatar generate --base models/sd15 --lora style.safetensors:0.8 --prompt "a man" -o man.png
        avatar generate --model checkpoints/motion/musev_referencenet --base models/sd15 --image woman.png \
      --prompt "a woman smiles" --seconds 4 -o woman.mp4
        avatar generate --model checkpoints/motion/musev --base models/sd15 --prompt "a man by the sea" \
      --frames 49 --fps 12 --seed 7 -o man.mp4
        avatar generate --model musev-referencenet-pose --base models/sd15 --image woman.png --video dance.mp4 \
      --control pose=models/control_v11p_sd15_openpose --prompt "a woman dances" -o woman.mp4
      """)

  @Option(
    name: .long,
    help: ArgumentHelp("A Stable Diffusion 1.5 model in diffusers' layout.", valueName: "folder"))
  var base: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A model that makes videos: mini (default), musev, musev-referencenet, musev-referencenet-pose, or a folder of one.",
      valueName: "model"))
  var model: String?

  @Option(name: .long, help: ArgumentHelp("What to draw.", valueName: "text"))
  var prompt = ""

  @Option(name: .long, help: ArgumentHelp("What not to draw.", valueName: "text"))
  var negativePrompt = ""

  @Option(
    name: .long,
    help: ArgumentHelp("The picture to begin with; of a video, its first frame.", valueName: "file")
  )
  var image: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much of that picture may change, where a picture is made of it.", valueName: "0-1"))
  var strength = 0.75

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "The picture to write, a .png, or the video, an .mp4, .mov or .webm.", valueName: "file"))
  var output: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Pixels, in multiples of 8 (default: the picture's, or 512x512; in multiples of 64 with MuseV).",
      valueName: "WxH"),
    transform: { try SpeakCommand.read($0, of: "size", GenerateRequest.size) })
  var size: (width: Int, height: Int)?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How long the video is (default: 4; 13 frames with MuseV).", valueName: "number"))
  var seconds: Double?

  @Option(
    name: .long, help: ArgumentHelp("How many frames the video has.", valueName: "count"))
  var frames: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames per second of the video, such as 30000/1001 (default: 25; 12 with MuseV).",
      valueName: "rate"),
    transform: { try SpeakCommand.read($0, of: "fps", SpeakOptions.rate) })
  var fps: Rational?

  @Option(
    name: .long,
    help: ArgumentHelp("Quality of the video's encoding, 0 (best) to 51.", valueName: "number"))
  var crf = 18

  @Option(
    name: .long,
    help: ArgumentHelp("Steps of denoising (default: 30; 10 with MuseV).", valueName: "count"))
  var steps: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How closely the prompt is followed; 1: no guidance (default: 7.5; of videos 2.5, 3.5 with MuseV).",
      valueName: "scale"))
  var guidance: Double?

  @Option(name: .long, help: ArgumentHelp("How to denoise.", valueName: "name"))
  var sampler = Sampler.euler

  @Option(
    name: .long,
    help: ArgumentHelp("Equal seeds make equal pictures.", valueName: "number"))
  var seed: UInt64 = 0

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Whose random numbers the seed means: PyTorch's on the processor, or on an NVIDIA device.",
      valueName: "cpu|cuda"))
  var generator = GenerateRequest.RandomNumbers.cpu

  @Option(
    name: .long,
    help: ArgumentHelp(
      "1: all layers of the text encoder, 2: all but the last.", valueName: "count"))
  var clipSkip = 1

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A textual inversion, which prompts name by its file's name without ending (repeatable).",
      valueName: "file"))
  var embedding: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A single file of Stable Diffusion 1.x, .safetensors or .ckpt: its UNet and text encoder are used.",
      valueName: "file"))
  var checkpoint: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A LoRA for Stable Diffusion 1.x, and how much of it (repeatable).",
      valueName: "file[:strength]"),
    transform: { try SpeakCommand.read($0, of: "lora", LoRAChoice.init(parsing:)) })
  var lora: [LoRAChoice] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Another autoencoder, or TAESD.", valueName: "folder"))
  var vae: String?

  @Option(name: .long, help: ArgumentHelp("auto, fp32 or bf16.", valueName: "precision"))
  var precision = SpeakRequest.Precision.auto

  @Option(
    name: .long,
    help: ArgumentHelp("Threads for the networks (default: all cores).", valueName: "count"))
  var threads: Int?

  @OptionGroup(title: "Control")
  var control: ControlArguments

  @OptionGroup(title: "Options of MuseV's models")
  var museV: MuseVArguments

  @OptionGroup
  var marking: MarkingOptions

  @Flag(name: .long, help: "Replace an existing output.")
  var force = false

  @Flag(name: .long, help: "Print one JSON object about the result on stdout.")
  var json = false

  @Flag(name: .long, help: "No progress on stderr.")
  var quiet = false

  func validate() throws {
    func check(_ isRight: Bool, _ option: String, _ advice: String) throws {
      if !isRight { throw ValidationError("--\(option): \(advice)") }
    }
    let ranges = GenerateRequest.self
    if let steps {
      try check(ranges.stepRange.contains(steps), "steps \(steps)", "use 1 to 1000")
    }
    if let guidance {
      try check(ranges.guidanceRange.contains(guidance), "guidance \(guidance)", "use 0 to 100")
    }
    if let seconds {
      try check(ranges.secondsRange.contains(seconds), "seconds \(seconds)", "use 0.01 to 3600")
      try check(frames == nil, "frames", "leave it out, or --seconds")
    }
    if let frames {
      try check(ranges.frameRange.contains(frames), "frames \(frames)", "use 1 to 100000")
    }
    try check(SpeakOptions.crfRange.contains(crf), "crf \(crf)", "use 0 to 51")
    try check((0...1).contains(strength), "strength \(strength)", "use 0 to 1")
    try check(clipSkip >= 1, "clip-skip \(clipSkip)", "use 1 or more")
    if let threads {
      try check(SpeakOptions.threadRange.contains(threads), "threads \(threads)", "use 1 to 256")
    }
    let ending = FilePath.pathExtension(of: output).lowercased()
    guard ranges.outputExtensions.contains(ending) else {
      throw ValidationError("-o \(output): end its name in .png, or in .mp4, .mov or .webm")
    }
    if let complaint = museV.options.complaint ?? control.options.complaint {
      throw ValidationError(complaint)
    }
    if prompt.isEmpty && image == nil && !control.restage {
      throw ValidationError("--prompt: say what to draw, or give a picture with --image")
    }
  }

  func run() throws {
    let report = try InterruptibleWork.run(quiet: quiet) {
      try GenerateJob(request, cancellation: $0.cancellation).run(progress: $1)
    }
    if json { return try JSONOutput.write(report) }
    try StandardStreams.printLine(report.output)
  }

  private var request: GenerateRequest {
    var request = GenerateRequest(output: output)
    (request.base, request.model) = (base, model)
    request.length = seconds.map { .seconds($0) } ?? frames.map { .frames($0) }
    (request.rate, request.crf) = (fps, crf)
    (request.prompt, request.negativePrompt) = (prompt, negativePrompt)
    (request.image, request.strength, request.size) = (image, strength, size)
    (request.steps, request.guidance, request.sampler) = (steps, guidance, sampler)
    (request.seed, request.randomNumbers) = (seed, generator)
    (request.clipSkip, request.embeddings, request.autoencoder) = (clipSkip, embedding, vae)
    (request.precision, request.threads) = (precision, threads)
    (request.museV, request.control) = (museV.options, control.options)
    (request.loras, request.checkpoint) = (lora, checkpoint)
    request.provenance = marking.provenance
    request.replacesOutput = force
    return request
  }
}

extension Sampler: ExpressibleByArgument {}
extension GenerateRequest.RandomNumbers: ExpressibleByArgument {}
