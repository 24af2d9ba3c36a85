import Compute
import Diffusion
import LipSync
import Media
import MediaTypes

/// MuseV's way from a picture and a prompt to a video: the picture is its first frame, given clean to every window, and all
/// windows are denoised together.
///
/// Networks are loaded one after the other. Of the frames only latents are kept; they are decoded one by one.
struct MuseVVideo: VideoGenerator {
  let request: GenerateRequest
  let rate: Rational
  let frameCount: Int
  var width: Int { pictures.width }
  var height: Int { pictures.height }
  var hasAlpha: Bool { false }
  var precision: String { pictures.precision.rawValue }
  var ownWords: [(option: String, value: String?)] {
    request.museV.words(draws: given == nil || request.control.restages)
  }
  let files: MuseVFiles
  let folder: StableDiffusionFolder
  let pictures: LatentPictures
  let driving: VideoDriving
  let cancellation: Cancellation
  let scheduler: SchedulerConfiguration
  let given: RGBPicture?
  private(set) var work: WorkFolder?

  /// Checks the request, and makes the choices that it leaves; loads no network yet.
  ///
  /// - Throws: `RuntimeError` with the documented exit codes.
  init(_ asked: GenerateRequest, model: String, cancellation: Cancellation) throws {
    if let complaint = asked.museV.complaint { throw RuntimeError.usage(complaint) }
    guard !asked.shotPrompts[0].isEmpty || asked.image != nil || asked.control.restages else {
      throw RuntimeError.usage("--prompt: say what to show, or give a picture with --image")
    }
    if asked.loops, asked.museV.endsWithShortWindow {
      throw RuntimeError.usage("--short-last-window: a loop has no last window: leave it out")
    }
    if asked.loops, !asked.shots.isEmpty {
      throw RuntimeError.usage("--loop: shots follow no ring of frames: leave one of them out")
    }
    files = try MuseVFiles(asked, model: model)
    folder = try StableDiffusionFolder(files.base, asked, autoencoder: files.autoencoder)
    scheduler = try folder.scheduler()
    given = try asked.image.map { try readPicture($0, background: .white) }
    let device = try asked.device()
    rate = asked.rate ?? Rational(MuseVOptions.usualRate)
    let clip = try asked.drivingClip(rate: rate, cancellation: cancellation)
    let shown = asked.control.restages ? nil : given
    pictures = try LatentPictures(
      folder, asked, like: shown ?? clip?.picture(at: 0), step: Self.sizeStep, device: device,
      precision: device.resolve(asked.precision.forComputing))
    frameCount = try asked.frameCount(at: rate, following: clip)
    driving = try VideoDriving(
      asked.control, clip: clip, frames: frameCount, rate: rate, loops: asked.loops,
      unet: files.configuration().spatial, pictures: pictures, cancellation: cancellation)
    guard GenerateRequest.frameRange.contains(frameCount), frameCount > 1 else {
      throw RuntimeError.usage(
        "--frames \(frameCount): use 2 to \(GenerateRequest.frameRange.upperBound): the first is "
          + "the picture")
    }
    var request = asked
    request.base = files.base
    request.autoencoder = files.autoencoder
    request.size = (pictures.width, pictures.height)
    (request.length, request.rate) = (.frames(frameCount), rate)
    request.steps = asked.steps ?? MuseVOptions.usualSteps
    request.guidance = asked.guidance ?? MuseVOptions.usualGuidance
    _ = try request.shotFrames(at: rate, count: frameCount)
    try request.sampler.check(steps: request.steps ?? 0, scheduler)
    try folder.check(request)
    if let noise = request.noiseFile {
      _ = try ImportedNoise(noise).video(
        frames: Self.denoisedFrames(request, of: frameCount), pictures.latentShape)
    }
    self.request = request
    self.cancellation = cancellation
  }

  /// Sides of pictures that upstream makes are multiples of this.
  private static let sizeStep = 64

  mutating func keepSteps(in work: WorkFolder) {
    self.work = work
    driving.work = work
  }

  mutating func generate(
    progress: @escaping ProgressHandler, timings: inout [String: Double],
    append: GeneratedVideo.Sink
  ) throws {
    try frames(progress: progress, timings: &timings) { try append($0.frame()) }
  }

  /// The frames as pictures, in order.
  func frames(
    progress: @escaping ProgressHandler, timings: inout [String: Double],
    each: (RGBPicture) throws -> Void
  ) throws {
    if driving.followsPoses {
      try timings.measure("poses") {
        try driving.findPoses(progress: progress)
      }
    }
    let first = try firstFrame(progress, &timings)
    progress(.stage(name: "encoding the picture", total: 0))
    let clean = try timings.measure("encode") { try pictures.encode(first) }
    let latents = try timings.measure("denoise") {
      try denoised(clean, progress, references: references(first, clean, progress))
    }
    let lost = try request.transparencyWarning("no model draws")
    let warnings =
      folder.warnings + files.warnings + driving.warnings + [lost].compactMap(\.self)
    for warning in Set(warnings).sorted() { progress(.warning(warning)) }
    progress(.stage(name: "decoding", total: frameCount))
    try timings.measure("decode") {
      let decoder = try pictures.decoder()
      for frame in 0..<frameCount {
        try cancellation.check()
        let values: [Float] =
          if request.loops { Array(latents[frame]) } else {
            frame == 0 ? clean : Array(latents[frame - 1])
          }
        try each(pictures.decode(values, by: decoder))
        progress(.step(done: frame + 1))
      }
    }
  }

  /// The given picture, the clip's first frame repainted, or one that the base model draws.
  private func firstFrame(
    _ progress: @escaping ProgressHandler, _ timings: inout [String: Double]
  ) throws -> RGBPicture {
    if request.control.restages { return try restaged(given, progress, &timings) }
    if let given {
      let first = try pictures.fitted(given)
      try driving.align(to: first, progress: progress)
      return first
    }
    var drawn = request
    drawn.prompt = request.shotPrompts[0]
    drawn.steps = request.museV.pictureSteps
    drawn.guidance = request.museV.pictureGuidance
    drawn.noiseFile = nil
    // Without a picture of its own, an IP-Adapter looks at the one that is drawn.
    if drawn.ipAdapter.picture == nil { drawn.ipAdapter = .init() }
    if let adapter = files.adapter, drawn.ipAdapter.adapter != nil, adapter.needsEncoder {
      drawn.ipAdapter.encoder = try adapter.encoder(usual: files.usualEncoder)
    }
    var drawing = try StillDrawing(
      folder, request: drawn, pictures: pictures, controls: driving.prepared(),
      cancellation: cancellation)
    drawing.work = work
    return try drawing.draw(from: nil, progress: progress, timings: &timings)
  }
}
