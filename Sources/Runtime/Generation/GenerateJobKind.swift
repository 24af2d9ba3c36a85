public import Batch
import Diffusion
import MediaTypes

/// `generate` as manifests know it: each option of the command has its key, with underscores for dashes.
public enum GenerateJobKind {
  public static let name = "generate"

  /// The description that manifests are checked against.
  public static func describe() -> JobKind {
    JobKind(
      name: name, summary: "Draw a picture, or make a video, from a prompt, a picture or both.",
      options: inputs + video + drawing + [
        .init(
          "precision", .choice(SpeakRequest.Precision.allCases.map(\.rawValue)),
          "Numbers that the networks calculate with."),
        .init("threads", .integer(SpeakOptions.threadRange), "Threads for the networks."),
        .init(
          "producer", SpeakJobKind.labelText,
          "Who answers for the content, in the metadata's AI label: a name or registered code."),
        .init(
          "content_id", SpeakJobKind.labelText,
          "The producer's number for the content (default: a digest of the pictures)."),
        .init(
          "no_command_metadata", .flag,
          "Leave the command, with the inputs' names, out of the metadata."),
      ], outputExtensions: GenerateRequest.outputExtensions
    ) { options in
      let prompt = options["prompt"] ?? .text("")
      return prompt == .text("") && options["image"] == nil
        ? "say what to draw with prompt, or give a picture with image" : nil
    }
  }

  private static var inputs: [JobKind.Option] {
    [
      .init("base", .inputPath, "A Stable Diffusion 1.5 model in diffusers' layout."),
      .init("model", .inputPath, "A model that makes videos."),
      .init("prompt", .text, "What to draw."),
      .init("negative_prompt", .text, "What not to draw."),
      .init("image", .inputPath, "The picture to begin with."),
      .init("strength", .number(0...1), "How much of that picture may change."),
      .init(
        "size",
        .pattern(regularExpression: "^[0-9]+[xX][0-9]+$") {
          SpeakJobKind.complaint($0, GenerateRequest.size)
        }, "Pixels, in multiples of 8, as 512x768 (default: the picture's, or 512x512)."),
    ]
  }

  private static var video: [JobKind.Option] {
    [
      .init(
        "seconds", .number(GenerateRequest.secondsRange), "How long the video is.",
        alternative: "frames"),
      .init("frames", .integer(GenerateRequest.frameRange), "How many frames the video has."),
      .init(
        "fps",
        .pattern(regularExpression: "^[+0-9./]+$") {
          SpeakJobKind.complaint($0, SpeakOptions.rate)
        }, "Frames per second of the video, as 12 or 30000/1001."),
      .init("crf", .integer(SpeakOptions.crfRange), "Quality of the video's encoding, 0 best."),
    ]
  }

  private static var drawing: [JobKind.Option] {
    [
      .init("steps", .integer(GenerateRequest.stepRange), "Steps of denoising."),
      .init(
        "guidance", .number(GenerateRequest.guidanceRange),
        "How closely the prompt is followed; 1: no guidance."),
      .init("sampler", .choice(Sampler.allCases.map(\.rawValue)), "How to denoise."),
      .init("seed", .integer(0...Int.max), "Equal seeds make equal pictures."),
      .init(
        "generator", .choice(GenerateRequest.RandomNumbers.allCases.map(\.rawValue)),
        "Whose random numbers the seed means: PyTorch's on the processor, or on an NVIDIA device."),
      .init(
        "clip_skip", .integer(1...100),
        "1: all layers of the text encoder, 2: all but the last."),
      .init(
        "embedding", .inputPathList,
        "Textual inversions, which prompts name by their files' names without ending."),
      .init("vae", .inputPath, "Another autoencoder, or TAESD."),
    ]
  }

  /// The inputs that options of these names are.
  fileprivate static let inputKeys = ["base", "model", "image", "embedding", "vae"]
  /// What decides no bytes.
  private static let neutralKeys = ["threads"]

  /// The part of a job's key that stands for the options of `step` besides its inputs' contents.
  static func key(_ step: JobStep) -> String {
    let lines = step.options.filter { !(inputKeys + neutralKeys).contains($0.key) }
      .sorted { $0.key < $1.key }.map { "\($0.key) \(text($0.value))" }
    let inputs = inputKeys.map { "\($0) \(count(step.options[$0]))" }
    return (["generate"] + lines + inputs).joined(separator: "\n")
  }

  private static func text(_ value: OptionValue) -> String {
    switch value {
    case .text(let text): JSONText.quoted(text)
    case .integer(let integer): "\(integer)"
    // As JSON, a whole number comes back without its fraction.
    case .number(let number): Int(exactly: number).map { "\($0)" } ?? "\(number)"
    case .flag(let flag): "\(flag)"
    case .list(let list): list.map(JSONText.quoted).joined(separator: " ")
    case .texts(let texts):
      texts.sorted { $0.key < $1.key }.map { JSONText.quoted($0.key) + JSONText.quoted($0.value) }
        .joined(separator: " ")
    }
  }

  /// How many of the inputs are an option's, and what prompts call them.
  private static func count(_ value: OptionValue?) -> String {
    switch value {
    case nil: "none"
    case .list(let paths):
      paths.map { JSONText.quoted(FilePath.stem(of: $0)) }.joined(separator: " ")
    default: "one"
    }
  }
}

extension GenerateRequest {
  /// What a checked `step` of kind `generate` asks for, written to `output`.
  ///
  /// - Throws: `RuntimeError`, 65, where the step was not checked against `GenerateJobKind` and does not hold.
  public init(_ step: JobStep, output: String) throws {
    let options = StepOptions(step)
    self.init(output: output)
    base = try options.text("base")
    model = try options.text("model")
    prompt = try options.text("prompt") ?? prompt
    negativePrompt = try options.text("negative_prompt") ?? negativePrompt
    image = try options.text("image")
    strength = try options.number("strength", 0...1) ?? strength
    size = try options.text("size").map { try options.read("size", $0, Self.size) }
    try readVideo(options)
    steps = try options.integer("steps", Self.stepRange)
    guidance = try options.number("guidance", Self.guidanceRange)
    sampler = try options.choice("sampler") ?? sampler
    seed = try options.integer("seed", 0...Int.max).map(UInt64.init) ?? seed
    randomNumbers = try options.choice("generator") ?? randomNumbers
    clipSkip = try options.integer("clip_skip", 1...100) ?? clipSkip
    embeddings = try options.list("embedding") ?? embeddings
    autoencoder = try options.text("vae")
    precision = try options.choice("precision") ?? precision
    threads = try options.integer("threads", SpeakOptions.threadRange)
    try provenance.read(options)
    guard !prompt.isEmpty || image != nil else {
      throw RuntimeError.badInput("generate: has neither prompt nor image: give one of them")
    }
  }

  private mutating func readVideo(_ options: StepOptions) throws {
    length =
      try options.number("seconds", Self.secondsRange).map { .seconds($0) }
      ?? options.integer("frames", Self.frameRange).map { .frames($0) }
    rate = try options.text("fps").map { try options.read("fps", $0, SpeakOptions.rate) }
    crf = try options.integer("crf", SpeakOptions.crfRange) ?? crf
  }

  /// Every file and folder that the request names.
  var inputs: [String] { [base, model, image, autoencoder].compactMap(\.self) + embeddings }
}
