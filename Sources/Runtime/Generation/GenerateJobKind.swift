public import Batch
import Diffusion
import MediaTypes
import ModelStore

/// `generate` as manifests know it: each option of the command has its key, with underscores for dashes.
public enum GenerateJobKind {
  public static let name = "generate"

  /// The description that manifests are checked against.
  public static func describe() -> JobKind {
    JobKind(
      name: name, summary: "Draw a picture, or make a video, from a prompt, a picture or both.",
      options: inputs + video + drawing + control + museV + [
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
      ], outputExtensions: GenerateRequest.outputExtensions, complaint: complaint)
  }

  /// Models that go by a name.
  static let modelNames =
    [MotionGenerator.model] + ModelTable.models.filter { $0.purpose == .video }.map(\.name)

  @Sendable private static func complaint(_ options: [String: OptionValue]) -> String? {
    let prompt = options["prompt"] ?? .text("")
    if prompt == .text(""), options["image"] == nil, options["restage"] != .flag(true),
      options["shot"] == nil
    {
      return "say what to draw with prompt, or give a picture with image"
    }
    if options["shot"] != nil,
      let length = ["seconds", "frames"].first(where: { options[$0] != nil })
    {
      return "\(length): each shot says how long it is: leave it out"
    }
    var control = ControlOptions()
    try? control.read(StepOptions(JobStep(kind: name, options: options)))
    if let complaint = control.complaint { return keys(complaint) }
    if let complaint = complaintOfMini(options) { return keys(complaint) }
    let usual = MuseVOptions()
    var (window, overlap) = (usual.window, usual.overlap)
    if case .integer(let given) = options["window"] { window = given }
    if case .integer(let given) = options["overlap"] { overlap = given }
    return overlap < window ? nil : "overlap \(overlap): use 0 to \(window - 1)"
  }

  /// What mini does not take, where it is what the video is made by.
  private static func complaintOfMini(_ options: [String: OptionValue]) -> String? {
    let model = options["model"]
    guard model == .text(MotionGenerator.model) || model == nil && options["base"] == nil,
      let request = try? GenerateRequest(JobStep(kind: name, options: options), output: "a.mp4"),
      request.videoModel == MotionGenerator.model
    else { return nil }
    do { try MotionGenerator.check(request) } catch let error as RuntimeError {
      return error.description
    } catch {}
    return nil
  }

  /// A complaint in the command's words in those of a manifest.
  private static func keys(_ complaint: String) -> String {
    complaint.replacing(/--([a-z-]+)/) { $0.1.replacing("-", with: "_") }
  }

  private static var inputs: [JobKind.Option] {
    [
      .init("base", .inputPath, "A Stable Diffusion 1.5 model in diffusers' layout."),
      .init(
        "model", .inputPathOrName(names: modelNames),
        "A model that makes videos, by name or folder (default without base: mini)."),
      .init(
        "preset", .inputPathOrName(names: GenerationPreset.names),
        "Settings for a base model, in a JSON file or by name; options of the job count more."),
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
        "shot", .lines { SpeakJobKind.complaint($0, Shot.init(parsing:)) },
        "The video's shots, each from the last frame of the one before, as \"2: she nods\": seconds, and what it shows beside the prompt."
      ),
      .init(
        "fps",
        .pattern(regularExpression: "^[+0-9./]+$") {
          SpeakJobKind.complaint($0, SpeakOptions.rate)
        }, "Frames per second of the video, as 12 or 30000/1001."),
      .init("loop", .flag, "Let the video's last frame lead back to its first."),
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
        "noise_file", .inputPath,
        "The noise to begin with, in the place of the seed's: a file with the tensor noise."),
      .init(
        "clip_skip", .integer(1...100),
        "1: all layers of the text encoder, 2: all but the last."),
      .init(
        "embedding", .inputPathList,
        "Textual inversions, which prompts name by their files' names without ending."),
      .init(
        "lora", .inputPathsWithin(path(ofLoRA:)),
        "LoRAs for Stable Diffusion 1.x: files, each with its strength after a colon (default: 1), and with those of its blocks after :lbw=."
      ),
      .init(
        "checkpoint", .inputPath,
        "A single file of Stable Diffusion 1.x: its UNet, text encoder and autoencoder are used."),
      .init("vae", .inputPath, "Another autoencoder, or TAESD."),
      .init(
        "ip_adapter", .inputPathOrName(names: NamedParts.imagePrompts),
        "An IP-Adapter, IP-Adapter-Plus or IP-Adapter-FaceID for Stable Diffusion 1.x, by name or file."
      ),
      .init(
        "ip_adapter_image", .inputPath,
        "The picture that the IP-Adapter looks at (default in videos: the first frame), or a face's embedding."
      ),
      .init(
        "ip_adapter_scale", .number(IPAdapterOptions.scaleRange),
        "How much the IP-Adapter's picture counts (default: 1)."),
      .init(
        "face_network", .inputPath,
        "insightface's w600k_r50.onnx, by which a FaceID knows faces (default: the one beside it)."
      ),
    ]
  }

  private static var control: [JobKind.Option] {
    [
      .init(
        "control",
        .inputPathsWithin { text in
          do throws(SpeakOptions.Complaint) {
            _ = try ControlChoice(parsing: text)
          } catch {
            return .complaint(error.text)
          }
          guard let range = ControlChoice.pathRange(in: text) else {
            return .complaint("name a path")
          }
          return NamedParts.controlNets.contains(String(text[range])) ? .none : .path(range)
        },
        "ControlNets as pose=FOLDER:0.8, each with what its pictures show, perhaps its strength, and when it counts, as 0-0.6."
      ),
      .init(
        "control_image", .inputPathList,
        "Pictures that ControlNets look at, one for all or one for each."),
      .init("guess_mode", .flag, "Have ControlNets guess what their pictures show."),
      .init("pose_network", .inputPath, "DWPose's file, which sees poses."),
      .init(
        "pose_parts",
        .pattern(regularExpression: "^[a-z,]+$") {
          SpeakJobKind.complaint($0, ControlOptions.poseParts)
        }, "What of poses is drawn, as body,hands (default: body,hands,face)."),
      .init(
        "video", .inputPath,
        "MuseV: the clip whose frames the video follows, and whose sound it gets."),
      .init("no_sound", .flag, "MuseV: leave out that clip's sound."),
      .init("restage", .flag, "MuseV: repaint the clip's first frame, and begin with it."),
      .init(
        "video_strength", .number(0...1),
        "MuseV: how much of the clip's frames may change (default: all with control, else 0.75)."),
      .init(
        "pose_alignment", .choice(ControlOptions.PoseAlignment.allCases.map(\.rawValue)),
        "MuseV: whether the clip's poses are moved to where the picture's person is."),
      .init(
        "pose_smoothing", .choice(ControlOptions.PoseSmoothing.allCases.map(\.rawValue)),
        "MuseV: whether the tremble is taken out of the clip's poses, and short gaps are filled."),
    ]
  }

  private static var museV: [JobKind.Option] {
    [
      .init(
        "motion_speed", .number(MuseVOptions.motionSpeedRange),
        "MuseV: how far apart in time frames are."),
      .init(
        "window", .integer(MuseVOptions.windowRange),
        "MuseV: frames that the network sees at once, beside the first."),
      .init(
        "overlap", .integer(0...(MuseVOptions.windowRange.upperBound - 1)),
        "MuseV: frames that neighbouring windows share."),
      .init(
        "short_last_window", .flag,
        "MuseV: let the last window be a short one, as MuseV's own program does."),
      .init(
        "noise", .choice(MuseVOptions.Noise.allCases.map(\.rawValue)),
        "MuseV: the noise of frames."),
      .init(
        "individual_noise", .number(MuseVOptions.shareRange),
        "MuseV: the share of fused noise that is each frame's own."),
      .init(
        "picture_noise", .number(MuseVOptions.shareRange),
        "MuseV: the share of the picture in the noise."),
      .init(
        "image_prompt_scale", .number(MuseVOptions.scaleRange),
        "MuseV: how much the image prompt counts."),
      .init("reference", .inputPath, "MuseV: the picture whose look is kept."),
      .init(
        "image_encoder", .inputPath,
        "MuseV and ip_adapter: IP-Adapter's models/image_encoder."),
      .init(
        "reference_net", .inputPath, "MuseV: a ReferenceNet, where the model's folder has none."),
      .init("video_negative_prompt", .text, "MuseV: what the video shall not show."),
      .init(
        "picture_steps", .integer(GenerateRequest.stepRange),
        "MuseV: steps for the picture that is drawn first."),
      .init(
        "picture_guidance", .number(GenerateRequest.guidanceRange),
        "MuseV: guidance for the picture that is drawn first."),
    ]
  }

  @Sendable private static func path(ofLoRA text: String) -> JobKind.PathWithin {
    do throws(SpeakOptions.Complaint) {
      let path = try LoRAChoice(parsing: text).path
      return .path(text.startIndex..<text.index(text.startIndex, offsetBy: path.count))
    } catch {
      return .complaint(error.text)
    }
  }

  /// The inputs that options of these names are.
  static let inputKeys = [
    "base", "model", "image", "embedding", "lora", "checkpoint", "vae", "reference",
    "image_encoder", "reference_net", "control_image", "pose_network", "video", "preset",
    "ip_adapter", "ip_adapter_image", "face_network", "noise_file",
  ]
  /// What decides no bytes.
  private static let neutralKeys = ["threads"]

  /// The part of a job's key that stands for the options of `step` besides its inputs' contents.
  static func key(_ step: JobStep) -> String {
    let lines = step.options.filter { !(inputKeys + neutralKeys).contains($0.key) }
      .sorted { $0.key < $1.key }.map {
        "\($0.key) \($0.key == "control" ? controls($0.value) : text($0.value))"
      }
    let inputs = inputKeys.map { "\($0) \(count(step.options[$0]))" }
    return (["generate"] + lines + inputs).joined(separator: "\n")
  }

  /// What is asked of ControlNets, without where they lie.
  private static func controls(_ value: OptionValue) -> String {
    guard case .list(let list) = value else { return text(value) }
    return text(
      .list(
        list.map { text in
          guard let path = ControlChoice.pathRange(in: text),
            !NamedParts.isName(String(text[path]))
          else { return text }
          return String(text[..<path.lowerBound] + text[path.upperBound...])
        }))
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
    case .text(let name) where modelNames.contains(name) || NamedParts.isName(name): name
    case .list(let paths):
      // Of a LoRA that has its strength, too.
      paths.map { JSONText.quoted(FilePath.name(of: $0)) }.joined(separator: " ")
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
    try self.init(
      output: output, preset: options.text("preset"), model: options.text("model")
    ) { try $0.read(options) }
    guard !prompt.isEmpty || image != nil || control.restages || !shots.isEmpty else {
      throw RuntimeError.badInput("generate: has neither prompt nor image: give one of them")
    }
    preset = try options.text("preset")
  }

  /// Takes over what `options` say, and adds their LoRAs and embeddings.
  mutating func read(_ options: StepOptions) throws {
    base = try options.text("base") ?? base
    model = try options.text("model") ?? model
    prompt = try options.text("prompt") ?? prompt
    negativePrompt = try options.text("negative_prompt") ?? negativePrompt
    image = try options.text("image") ?? image
    strength = try options.number("strength", 0...1) ?? strength
    size = try options.text("size").map { try options.read("size", $0, Self.size) } ?? size
    try readVideo(options)
    steps = try options.integer("steps", Self.stepRange) ?? steps
    guidance = try options.number("guidance", Self.guidanceRange) ?? guidance
    sampler = try options.choice("sampler") ?? sampler
    seed = try options.integer("seed", 0...Int.max).map(UInt64.init) ?? seed
    randomNumbers = try options.choice("generator") ?? randomNumbers
    noiseFile = try options.text("noise_file") ?? noiseFile
    clipSkip = try options.integer("clip_skip", 1...100) ?? clipSkip
    embeddings += try options.list("embedding") ?? []
    loras +=
      try options.list("lora")?.map { try options.read("lora", $0, LoRAChoice.init(parsing:)) }
      ?? []
    try museV.read(options)
    try control.read(options)
    ipAdapter.adapter = try options.text("ip_adapter") ?? ipAdapter.adapter
    ipAdapter.picture = try options.text("ip_adapter_image") ?? ipAdapter.picture
    ipAdapter.scale =
      try options.number("ip_adapter_scale", IPAdapterOptions.scaleRange) ?? ipAdapter.scale
    ipAdapter.faceNetwork = try options.text("face_network") ?? ipAdapter.faceNetwork
    takeImageEncoder()
    checkpoint = try options.text("checkpoint") ?? checkpoint
    autoencoder = try options.text("vae") ?? autoencoder
    precision = try options.choice("precision") ?? precision
    threads = try options.integer("threads", SpeakOptions.threadRange) ?? threads
    try provenance.read(options)
  }

  /// One option names CLIP's picture encoder for both kinds of image prompts.
  public mutating func takeImageEncoder() {
    guard ipAdapter.adapter != nil else { return }
    (ipAdapter.encoder, museV.imageEncoder) = (museV.imageEncoder ?? ipAdapter.encoder, nil)
  }

  private mutating func readVideo(_ options: StepOptions) throws {
    length =
      try options.number("seconds", Self.secondsRange).map { .seconds($0) }
      ?? options.integer("frames", Self.frameRange).map { .frames($0) } ?? length
    shots =
      try options.list("shot")?.map { try options.read("shot", $0, Shot.init(parsing:)) } ?? shots
    rate = try options.text("fps").map { try options.read("fps", $0, SpeakOptions.rate) } ?? rate
    loops = try options.flag("loop") ?? loops
    crf = try options.integer("crf", SpeakOptions.crfRange) ?? crf
  }

  /// Every file and folder that the request names.
  var inputs: [String] {
    let named = model.flatMap { GenerateJobKind.modelNames.contains($0) ? nil : $0 }
    let file = preset.flatMap { GenerationPreset.names.contains($0) ? nil : $0 }
    return [base, named, image, checkpoint, autoencoder, file, noiseFile].compactMap(\.self)
      + embeddings
      + loras.map(\.path)
      + [museV.reference, museV.imageEncoder, museV.referenceNet].compactMap(\.self)
      + control.inputs
      + [
        ipAdapter.adapter.flatMap { NamedParts.isName($0) ? nil : $0 }, ipAdapter.picture,
        ipAdapter.encoder, ipAdapter.faceNetwork,
      ]
      .compactMap(\.self)
  }

  /// Tells one version of the model's weights from another, as far as they are no inputs.
  ///
  /// - Throws: errors of a model that is not there, or is none.
  func modelIdentity() throws -> String {
    let poses = try poseIdentity() + namedPartsIdentity()
    if isStill {
      _ = try StableDiffusionFolder(self)
      return "still" + poses
    }
    guard let model = videoModel else {
      throw RuntimeError.usage(
        "output \(output): needs a model that makes videos: name one with model")
    }
    return try model == MotionGenerator.model
      ? MiniModel(model).motionIdentity() : MuseVPlaces(model, options: museV).identity() + poses
  }

  /// Tells one version of an installed network that sees poses from another, where one is needed.
  private func poseIdentity() throws -> String {
    guard control.needsPoses, control.poseNetwork == nil else { return "" }
    return try "\n" + FileIdentity.describe(PoseNetwork(nil).path)
  }
}

extension ControlOptions {
  fileprivate mutating func read(_ options: StepOptions) throws {
    choices =
      try options.list("control")?.map {
        try options.read("control", $0, ControlChoice.init(parsing:))
      } ?? choices
    images = try options.list("control_image") ?? images
    guesses = try options.flag("guess_mode") ?? guesses
    poseNetwork = try options.text("pose_network")
    poseParts =
      try options.text("pose_parts").map { try options.read("pose_parts", $0, Self.poseParts) }
      ?? poseParts
    video = try options.text("video")
    leavesSoundOut = try options.flag("no_sound") ?? leavesSoundOut
    restages = try options.flag("restage") ?? restages
    videoStrength = try options.number("video_strength", 0...1)
    poseAlignment = try options.choice("pose_alignment") ?? poseAlignment
    poseSmoothing = try options.choice("pose_smoothing") ?? poseSmoothing
    if let complaint { throw RuntimeError.badInput("generate: \(complaint)") }
  }
}

extension MuseVOptions {
  fileprivate mutating func read(_ options: StepOptions) throws {
    motionSpeed = try options.number("motion_speed", Self.motionSpeedRange) ?? motionSpeed
    window = try options.integer("window", Self.windowRange) ?? window
    overlap = try options.integer("overlap", 0...(Self.windowRange.upperBound - 1)) ?? overlap
    endsWithShortWindow = try options.flag("short_last_window") ?? endsWithShortWindow
    noise = try options.choice("noise") ?? noise
    individualNoise = try options.number("individual_noise", Self.shareRange) ?? individualNoise
    pictureNoise = try options.number("picture_noise", Self.shareRange) ?? pictureNoise
    imagePromptScale =
      try options.number("image_prompt_scale", Self.scaleRange) ?? imagePromptScale
    reference = try options.text("reference") ?? reference
    imageEncoder = try options.text("image_encoder") ?? imageEncoder
    referenceNet = try options.text("reference_net") ?? referenceNet
    negativePrompt = try options.text("video_negative_prompt") ?? negativePrompt
    pictureSteps = try options.integer("picture_steps", GenerateRequest.stepRange) ?? pictureSteps
    pictureGuidance =
      try options.number("picture_guidance", GenerateRequest.guidanceRange) ?? pictureGuidance
    if let complaint { throw RuntimeError.badInput("generate: \(complaint)") }
  }
}
