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
      says: it nods, shakes the head, smiles, frowns, looks (left, right, up, down), tilts and turns (left, right), blinks, \
      closes the eyes and raises the brows, slightly or broadly; "then" begins the next scene. With --audio the avatar speaks at \
      once, as `avatar speak` has it do afterwards.

      With --base it uses a Stable Diffusion 1.5 model in diffusers' layout: a folder with text_encoder, tokenizer, \
      unet and vae. Parts of a prompt weigh more in (brackets), (so much:1.3), or less in [these]; \
      it may be of any length. With --model, one of MuseV's as upstream lays them out in checkpoints/motion, \
      the picture becomes the first frame of a video; without one it is drawn first. What is made carries \
      the AI label and the command that makes it again (see `avatar show`).

      Examples:
        avatar generate --image woman.jpg --prompt "a woman nods and smiles" --seconds 4 -o woman.mp4
        avatar generate --image woman.jpg --shot "2: she nods" --shot "3: she smiles, looking left" -o woman.mp4
        avatar generate --image woman.jpg --prompt "a woman nods" --audio voice.wav -o talks.mp4
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

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A shot of the video, which goes on from the one before: seconds, and what it shows beside --prompt (repeatable).",
      valueName: "seconds: text"),
    transform: { try SpeakCommand.read($0, of: "shot", Shot.init(parsing:)) })
  var shot: [Shot] = []

  @Option(name: .long, help: ArgumentHelp("What not to draw.", valueName: "text"))
  var negativePrompt: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Settings for a base model: a JSON file, the name of one in $AVATAR_HOME/presets, or majicmix or fantasticmix, MuseV's; options count more.",
      valueName: "file|name"))
  var preset: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The picture to begin with; of a video, its first frame.", valueName: "file")
  )
  var image: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much of that picture may change, where a picture is made of it (default: 0.75).",
      valueName: "0-1"))
  var strength: Double?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "The picture to write, a .png, or the video, an .mp4, .m4v, .mov or .webm.", valueName: "file"
    ))
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

  @Flag(name: .long, help: "Let the video's last frame lead back to its first.")
  var loop = false

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

  @Option(name: .long, help: ArgumentHelp("How to denoise (default: euler).", valueName: "name"))
  var sampler: Sampler?

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
      "The noise to begin with, in the place of the seed's: a file with the tensor `noise`, standard normal.",
      valueName: "file"))
  var noiseFile: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "1: all layers of the text encoder (default), 2: all but the last.", valueName: "count"))
  var clipSkip: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A textual inversion, which prompts name by its file's name without ending (repeatable).",
      valueName: "file"))
  var embedding: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A single file of Stable Diffusion 1.x, .safetensors or .ckpt: its UNet, text encoder and autoencoder are used.",
      valueName: "file"))
  var checkpoint: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A LoRA for Stable Diffusion 1.x, and how much of it, also block by block in 17 or 26 numbers (repeatable).",
      valueName: "file[:strength][:lbw=...]"),
    transform: { try SpeakCommand.read($0, of: "lora", LoRAChoice.init(parsing:)) })
  var lora: [LoRAChoice] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Another autoencoder, or TAESD: a folder, a file, or a whole checkpoint with one in it.",
      valueName: "path"))
  var vae: String?

  @OptionGroup var ipAdapter: IPAdapterArguments

  @Option(name: .long, help: ArgumentHelp("auto, fp32 or bf16.", valueName: "precision"))
  var precision = SpeakRequest.Precision.auto

  @Option(
    name: .long,
    help: ArgumentHelp("Threads for the networks (default: all cores).", valueName: "count"))
  var threads: Int?

  @OptionGroup(title: "Control")
  var control: ControlArguments

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write looks at what is being denoised: a .png that is replaced, or a folder with one for each step.",
      valueName: "file|folder"))
  var preview: String?

  @Option(
    name: .customLong("preview-vae"),
    help: ArgumentHelp(
      "A TAESD that makes better looks than the latents' colours are.", valueName: "folder"))
  var previewAutoencoder: String?

  @OptionGroup(title: "Options of MuseV's models")
  var museV: MuseVArguments

  @OptionGroup(title: "Options of speech")
  var speech: SpeechArguments

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
    if let strength {
      try check((0...1).contains(strength), "strength \(strength)", "use 0 to 1")
      try check(
        image != nil && FilePath.pathExtension(of: output).lowercased() == "png" || control.restage,
        "strength \(strength)",
        "is for a picture that is made of another, with --image and an output in .png, or with --restage"
      )
    }
    if let clipSkip { try check(clipSkip >= 1, "clip-skip \(clipSkip)", "use 1 or more") }
    if let threads {
      try check(SpeakOptions.threadRange.contains(threads), "threads \(threads)", "use 1 to 256")
    }
    let ending = FilePath.pathExtension(of: output).lowercased()
    guard ranges.outputExtensions.contains(ending) else {
      throw ValidationError("-o \(output): end its name in .png, or in .mp4, .m4v, .mov or .webm")
    }
    var options = MuseVOptions()
    museV.apply(to: &options)
    if let complaint = options.complaint ?? control.options.complaint {
      throw ValidationError(complaint)
    }
    try check(
      !control.noSound || speech.audio == nil, "no-sound",
      "--audio takes the place of the clip's sound: leave it out")
    if prompt.isEmpty && shot.isEmpty && image == nil && !control.restage {
      throw ValidationError("--prompt: say what to draw, or give a picture with --image")
    }
  }

  func run() throws {
    let request = try request()
    guard let speech = speech.request else {
      let report = try InterruptibleWork.run(quiet: quiet) {
        try GenerateJob(request, cancellation: $0.cancellation).run(progress: $1)
      }
      return try json ? JSONOutput.write(report) : StandardStreams.printLine(report.output)
    }
    let report = try InterruptibleWork.run(quiet: quiet) {
      try TalkingJob(request, speech: speech, cancellation: $0.cancellation).run(progress: $1)
    }
    try json ? JSONOutput.write(report) : StandardStreams.printLine(report.output)
  }

  private func request() throws -> GenerateRequest {
    try GenerateRequest(output: output, preset: preset, model: model) { request in
      (request.base, request.model) = (base ?? request.base, model)
      request.length = seconds.map { .seconds($0) } ?? frames.map { .frames($0) }
      (request.rate, request.crf, request.loops) = (fps, crf, loop)
      (request.prompt, request.shots) = (prompt, shot)
      request.negativePrompt = negativePrompt ?? request.negativePrompt
      (request.image, request.size) = (image, size ?? request.size)
      request.strength = strength ?? request.strength
      (request.steps, request.guidance) = (steps ?? request.steps, guidance ?? request.guidance)
      request.sampler = sampler ?? request.sampler
      (request.seed, request.randomNumbers) = (seed, generator)
      request.noiseFile = noiseFile
      request.clipSkip = clipSkip ?? request.clipSkip
      request.embeddings += embedding
      request.loras += lora
      request.checkpoint = checkpoint ?? request.checkpoint
      request.autoencoder = vae ?? request.autoencoder
      (request.precision, request.threads) = (precision, threads)
      museV.apply(to: &request.museV)
      request.control = control.options
      ipAdapter.apply(to: &request.ipAdapter)
      request.takeImageEncoder()
      (request.preview, request.previewAutoencoder) = (preview, previewAutoencoder)
      request.provenance = marking.provenance
      request.replacesOutput = force
    }
  }
}

extension Sampler: ExpressibleByArgument {}
extension GenerateRequest.RandomNumbers: ExpressibleByArgument {}
