import Compute
import Diffusion
import Face
import LipSync
import Media
import MediaTypes
import Motion

/// Makes a video with mini: the picture's own face moves as the prompt says.
struct MotionGenerator: VideoGenerator {
  static let model = "mini"
  static let usualSteps = 30
  static let usualGuidance = 2.5
  static let usualSeconds = 4.0
  static let usualRate = Rational(25)

  let request: GenerateRequest
  let rate: Rational
  let frameCount: Int
  let precision: String
  /// What moves, transparent where the picture is and the output can be.
  private let picture: Frame
  /// The same on white, where faces are looked for.
  private let seen: Frame
  private let prompt: MotionPrompt
  private let pictureWarnings: [String]
  private let cancellation: Cancellation

  var width: Int { picture.width }
  var height: Int { picture.height }
  var hasAlpha: Bool { picture.alpha != nil }
  var ownWords: [(option: String, value: String?)] {
    [("--sampler", request.sampler.rawValue), ("--generator", request.randomNumbers.rawValue)]
  }

  /// Reads the picture and the prompt.
  ///
  /// - Throws: `RuntimeError`, 64 for what mini can't do; what reading the picture throws.
  init(_ request: GenerateRequest, cancellation: Cancellation) throws {
    let image = try Self.check(request)
    var made = request
    made.model = Self.model
    made.steps = request.steps ?? Self.usualSteps
    made.guidance = request.guidance ?? Self.usualGuidance
    made.rate = request.rate ?? Self.usualRate
    made.length = request.wholeLength ?? .seconds(Self.usualSeconds)
    rate = made.rate ?? Self.usualRate
    frameCount = made.length?.frameCount(at: rate) ?? 1
    _ = try request.shotFrames(at: rate, count: frameCount)
    let precision = request.precision.forComputing
    self.precision = precision == .auto ? Precision.fp32.rawValue : precision.rawValue
    let whole = try readPicture(image, background: .white)
    let size = request.size ?? Self.size(of: whole)
    let sizeWarnings = request.size == nil ? Self.sizeWarnings(image, whole, size) : []
    made.size = size
    seen = try whole.fitted(width: size.width, height: size.height).frame()
    let keepsAlpha = VideoFormat(path: request.output).holdsAlpha
    picture =
      try keepsAlpha
      ? CutOutPicture(image)?.fitted(width: size.width, height: size.height).frame() ?? seen : seen
    let lost =
      try keepsAlpha
      ? nil : request.transparencyWarning("MP4 can't show (end the output's name in .mov or .webm)")
    pictureWarnings = sizeWarnings + [lost].compactMap(\.self)
    prompt = request.motionPrompt
    (self.request, self.cancellation) = (made, cancellation)
  }

  /// Refuses options that mean nothing to mini, and returns the picture's path.
  @discardableResult
  static func check(_ request: GenerateRequest) throws -> String {
    guard let image = request.image else {
      throw RuntimeError.usage(
        "--image: mini moves the face of a picture: give one, or name another model with --model")
    }
    if !request.negativePrompt.isEmpty {
      throw RuntimeError.usage(
        "--negative-prompt: mini has none: leave it out, and ask for what is to be done only")
    }
    if request.base != nil || !request.embeddings.isEmpty || request.autoencoder != nil
      || request.clipSkip != 1 || !request.loras.isEmpty || request.checkpoint != nil
    {
      throw RuntimeError.usage(
        "--base, --embedding, --lora, --checkpoint, --vae, --clip-skip: mini moves a picture's own pixels and draws "
          + "nothing: leave them out, or name a model of MuseV's with --model, and a base with --base"
      )
    }
    if let strength = request.strength {
      throw RuntimeError.usage(
        "--strength \(strength): is for pictures that are drawn anew, and mini keeps the picture's own pixels: leave it out, "
          + "or name a model with --model or --base")
    }
    if let noise = request.noiseFile {
      throw RuntimeError.usage(
        "--noise-file \(noise): is for latents, of which mini has none: leave it out")
    }
    if request.preview != nil || request.previewAutoencoder != nil {
      throw RuntimeError.usage(
        "--preview: mini denoises a motion, of which there is no look: leave it out")
    }
    try request.refuseMuseVOptions()
    try request.refuseControls()
    try request.refuseIPAdapter()
    return image
  }

  /// As large as the picture, even; a larger one than videos may be is made smaller.
  private static func size(of picture: RGBPicture) -> (width: Int, height: Int) {
    let most = Double(GenerateRequest.sizeRange.upperBound)
    let scale = min(1, most / Double(max(picture.width, picture.height)))
    func even(_ size: Int) -> Int { max(Int(Double(size) * scale) / 2 * 2, 2) }
    return (even(picture.width), even(picture.height))
  }

  private static func sizeWarnings(
    _ path: String, _ picture: RGBPicture, _ size: (width: Int, height: Int)
  ) -> [String] {
    guard size != (picture.width, picture.height) else { return [] }
    let isOdd = size.width >= picture.width - 1 && size.height >= picture.height - 1
    let size = "the video is \(size.width)x\(size.height)"
    return [
      "image \(path): is \(picture.width)x\(picture.height): \(size), since "
        + (isOdd ? "videos have even sides" : "none is larger")
    ]
  }

  private static func complaint(_ words: [String]) -> String {
    let speaks = ["talk", "speak", "say", "sing"].contains { start in
      words.contains { $0.hasPrefix(start) }
    }
    let list = words.map { "'\($0)'" }.joined(separator: ", ")
    return
      "--prompt: mini does not know \(list), so nothing is done for it: it nods, shakes the head, smiles, frowns, "
      + "looks left, right, up or down, tilts and turns left or right, blinks, closes the eyes and raises the brows"
      + (speaks ? "; 'avatar speak' makes the video talk" : "")
  }

  /// Its steps take seconds: none are kept.
  mutating func keepSteps(in work: WorkFolder) {}

  mutating func generate(
    progress: @escaping ProgressHandler, timings: inout [String: Double],
    append: GeneratedVideo.Sink
  ) throws {
    if !prompt.unknownWords.isEmpty { progress(.warning(Self.complaint(prompt.unknownWords))) }
    let device = try request.device()
    let threads = request.threads ?? ResourceUsage.availableCores
    let model = try MiniModel(Self.model)
    progress(.stage(name: "finding the face", total: 0))
    let geometry = try timings.measure("face") { try face(model, device: device) }
    let track = try timings.measure("denoise") {
      try motion(model, device: device, progress: progress)
    }
    var painter = PortraitPainter(picture, geometry: geometry, threads: threads)
    progress(.stage(name: "moving the picture", total: frameCount))
    for frame in 0..<frameCount {
      let moved = timings.measure("paint") { painter.paint(track.motion(at: Double(frame) * pace)) }
      try append(moved)
      progress(.step(done: frame + 1))
    }
    for warning in model.warnings + pictureWarnings { progress(.warning(warning)) }
  }

  /// Frames of the motion in one of the video.
  private var pace: Double {
    request.loops
      ? Double(ringFrames) / Double(frameCount)
      : MotionGeneration.framesPerSecond / rate.value
  }

  /// Frames of a motion that comes back to its first with the video.
  private var ringFrames: Int {
    let exact = Double(frameCount) / rate.value * MotionGeneration.framesPerSecond
    return max(Int(exact.rounded()), 2)
  }

  private func face(_ model: MiniModel, device: any Device) throws -> PortraitGeometry {
    let track = try FaceTracker.track(
      still: seen, detector: FrontalFaceDetector(), landmarks: model.landmarks(device: device))
    guard let found = track[0],
      let geometry = PortraitGeometry(seen, landmarks: found.landmarks)
    else {
      throw RuntimeError.badInput(
        "image \(request.image ?? ""): no face was found, and mini moves nothing else: "
          + "give a picture with an upright face seen from the front\(request.size == nil ? "" : ", or a larger --size"), "
          + "or name another model with --model"
      )
    }
    return geometry
  }

  func motion(
    _ model: MiniModel, device: any Device, progress: ProgressHandler
  ) throws -> MotionTrack {
    let steps = request.steps ?? Self.usualSteps
    try request.sampler.check(steps: steps, model.motionScheduler())
    let generation = try model.motion(
      device: device, precision: Precision(rawValue: precision) ?? .fp32)
    let last = Double(frameCount - 1) * pace
    let frames = request.loops ? ringFrames : Int(last.rounded(.up)) + 1
    var numbers: any NormalGenerator = request.randomNumbers.generator(seed: request.seed)
    progress(.stage(name: "denoising the motion", total: steps, unit: .steps))
    return try generation.motion(
      prompt, frames: frames, sampler: request.sampler, steps: steps,
      guidance: request.guidance ?? Self.usualGuidance, loops: request.loops, numbers: &numbers
    ) { moment in
      try cancellation.check()
      if moment.window == 0 { progress(.step(done: moment.step)) }
    }
  }
}

extension GenerateRequest {
  /// The model that makes a video: the one that is named, mini where neither it nor a base is; nil where one must be named.
  var videoModel: String? { model ?? (base == nil ? MotionGenerator.model : nil) }

  /// Whether mini makes it.
  var isMini: Bool { base == nil && model == MotionGenerator.model }
}
