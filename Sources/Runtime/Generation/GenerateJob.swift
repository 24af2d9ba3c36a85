import Compute
import Diffusion
public import LipSync
import Media
import MediaTypes

/// One `avatar generate`: from a checked request to a finished picture or video.
public struct GenerateJob {
  /// Of what is encoded again: no loss is seen after it.
  static let intermediateCRF = 8

  private let request: GenerateRequest
  private let cancellation: Cancellation

  public init(_ request: GenerateRequest, cancellation: Cancellation = Cancellation()) {
    (self.request, self.cancellation) = (request, cancellation)
  }

  /// Does the work and returns what was done.
  ///
  /// The output appears only when it is complete.
  ///
  /// - Throws: `AvatarError`s with the documented exit codes, `CancelledError`.
  public func run(progress: @escaping ProgressHandler = { _ in }) throws -> GenerateReport {
    let started = ContinuousClock.now
    if let complaint = request.control.complaint ?? request.shotComplaint {
      throw RuntimeError.usage(complaint)
    }
    let pictures = [
      request.image, request.museV.reference, request.control.video, request.ipAdapter.picture,
    ]
    try OutputPath.check(
      request.output, force: request.replacesOutput,
      inputs: pictures.compactMap(\.self) + request.control.images)
    if let sheet = request.control.poseSheet {
      try OutputPath.check(
        sheet, force: request.replacesOutput, inputs: request.inputs + [request.output])
    }
    try request.checkPreview()
    var report = try request.isStill ? drawPicture(progress) : makeVideo(progress)
    report.wallSeconds = (ContinuousClock.now - started) / .seconds(1)
    report.timings = report.timings.mapValues { ($0 * 1000).rounded() / 1000 }
    return report
  }

  private func drawPicture(_ progress: @escaping ProgressHandler) throws -> GenerateReport {
    if let model = request.model {
      throw RuntimeError.usage(
        "--model \(model): makes videos: end the output's name in .mp4, or leave the model out")
    }
    if request.wholeLength != nil || request.rate != nil || request.loops {
      throw RuntimeError.usage(
        "output \(request.output): is a picture: end its name in .mp4, or leave out its length, shots, rate "
          + "and --loop")
    }
    try request.refuseMuseVOptions()
    let folder = try StableDiffusionFolder(request)
    let picture = try request.image.map { try readPicture($0, background: .white) }
    let device = try request.device()
    let precision = device.resolve(request.precision.forComputing)
    let pictures = try LatentPictures(
      folder, request, like: picture, device: device, precision: precision)
    let controls = try controls(folder, picture, pictures)
    var drawing = try StillDrawing(
      folder, request: request, pictures: pictures, controls: controls,
      cancellation: cancellation)
    return try inWorkFolder { work in
      drawing.work = work
      return try draw(drawing, picture, folder, progress)
    }
  }

  private func draw(
    _ drawing: StillDrawing, _ picture: RGBPicture?, _ folder: StableDiffusionFolder,
    _ progress: @escaping ProgressHandler
  ) throws -> GenerateReport {
    var timings: [String: Double] = [:]
    let result = try drawing.draw(from: picture, progress: progress, timings: &timings)
    if let lost = try request.transparencyWarning("no model draws") { progress(.warning(lost)) }
    for warning in folder.warnings + (drawing.controls?.warnings ?? []) {
      progress(.warning(warning))
    }
    try cancellation.check()
    let precision = drawing.pictures.precision
    var made = request
    made.steps = drawing.steps
    made.guidance = request.guidance ?? StillDrawing.usualGuidance
    made.size = (result.width, result.height)
    let tags = GenerateTags(request: made, precision: precision.rawValue)
    let contentID = tags.contentID(of: result)
    try writePNG(
      result, to: request.output, texts: tags.entries(contentID: contentID),
      overwrite: request.replacesOutput)
    return GenerateReport(made, precision: precision.rawValue, timings, contentID)
  }

  /// The ControlNets of a picture that begins with `beginning`, with what they look at.
  private func controls(
    _ folder: StableDiffusionFolder, _ beginning: RGBPicture?, _ pictures: LatentPictures
  ) throws -> Controls? {
    if let option = request.control.videoOption {
      throw RuntimeError.usage(
        "\(option): belongs to videos: leave it out, or end the output's name in .mp4")
    }
    let networks = try ControlNetworks(
      request.control, unet: folder.unetConfiguration(), reduction: pictures.autoencoder.reduction)
    return try networks.map { networks in
      Controls(
        networks: networks,
        sources: try ControlSources(
          request.control, beginning: beginning.map { ($0, "image \(request.image ?? "")") },
          maker: ControlMaker(request.control, pictures: pictures)),
        guesses: request.control.guesses)
    }
  }

  /// Runs `body` with a folder for what an interrupted run has finished.
  ///
  /// It is removed in the end, but after a defect of ours, or where the caller will come back.
  ///
  /// - Throws: `RuntimeError`, 75, where another run writes the output.
  private func inWorkFolder<Result>(_ body: (WorkFolder) throws -> Result) throws -> Result {
    // What a killed command left that was to speak.
    GeneratedFace.discard(output: request.output)
    let work = try WorkFolder(output: request.output, key: try request.key())
    do {
      let result = try body(work)
      work.remove()
      return result
    } catch {
      if !WorkFolder.survives(error, isKept: request.keepsUnfinishedWork) { work.remove() }
      throw error
    }
  }

  /// What the video will be like, after all checks that need no network; nil of pictures.
  ///
  /// - Throws: as `run`.
  func announced() throws -> SourceInfo? {
    guard !request.isStill else { return nil }
    let generator = try videoGenerator()
    var info = SourceInfo(kind: .video)
    (info.width, info.height) = (generator.width, generator.height)
    (info.averageRate, info.frameCount) = (generator.rate, generator.frameCount)
    return info
  }

  private func makeVideo(_ progress: @escaping ProgressHandler) throws -> GenerateReport {
    var generator = try videoGenerator()
    let made = generator.request
    // What is to speak is told in the words of the whole command, whose networks choose their precisions themselves.
    let tags = GenerateTags(
      request: made,
      precision: request.isIntermediate ? request.precision.rawValue : generator.precision,
      ownWords: generator.ownWords)
    var video = GeneratedVideo(
      output: request.output, width: generator.width, height: generator.height,
      rate: generator.rate,
      crf: request.isIntermediate ? Self.intermediateCRF : request.crf,
      replacesOutput: request.replacesOutput)
    video.hasAlpha = generator.hasAlpha
    if let clip = request.control.video, !request.control.leavesSoundOut, !request.isIntermediate {
      try video.takeSound(of: clip)
    }
    var timings: [String: Double] = [:]
    var contentID = ""
    try inWorkFolder { work in
      generator.keepSteps(in: work)
      let remarks = try video.write(in: work, cancellation: cancellation) { digest in
        contentID = tags.contentID(digest: digest)
        return tags.entries(contentID: contentID)
      } frames: { append in
        try generator.generate(progress: progress, timings: &timings, append: append)
      }
      for remark in remarks { progress(.warning(remark)) }
    }
    var report = GenerateReport(made, precision: generator.precision, timings, contentID)
    report.frames = generator.frameCount
    report.fps = generator.rate.description
    report.duration = Double(generator.frameCount) / generator.rate.value
    return report
  }

  /// What makes the video, chosen by the request.
  private func videoGenerator() throws -> any VideoGenerator {
    guard let model = request.videoModel else {
      throw RuntimeError.usage(
        "output \(request.output): needs a model that makes videos: name one with --model")
    }
    if model == MotionGenerator.model {
      try request.refuseIPAdapter()
      return try MotionGenerator(request, cancellation: cancellation)
    }
    return try MuseVVideo(request, model: model, cancellation: cancellation)
  }
}

extension GenerateRequest {
  /// Refuses what is asked of MuseV where something else is to do the work.
  ///
  /// - Throws: `RuntimeError`, 64.
  func refuseMuseVOptions() throws {
    let usual = MuseVOptions().words(draws: true)
    let unusual = museV.words(draws: true).first { word in
      !usual.contains { $0.option == word.option && $0.value == word.value }
    }
    guard let unusual else { return }
    throw RuntimeError.usage(
      "\(unusual.option): belongs to MuseV's videos: leave it out, or name one of its models with "
        + "--model")
  }

  /// Refuses ControlNets where nothing is drawn.
  ///
  /// - Throws: `RuntimeError`, 64.
  func refuseControls() throws {
    guard let word = control.words({ $0 }).first else { return }
    throw RuntimeError.usage(
      "\(word.option): mini moves a picture's own pixels: leave it out, or name a model with --model "
        + "or --base")
  }

  /// Refuses looks that could not be written, before the first step is made.
  func checkPreview() throws {
    guard let preview else {
      guard let previewAutoencoder else { return }
      throw RuntimeError.usage("--preview-vae \(previewAutoencoder): needs --preview")
    }
    try PreviewPath(preview).check(force: replacesOutput, inputs: inputs + [output])
  }

  /// Refuses an image prompt where nothing is drawn.
  ///
  /// - Throws: `RuntimeError`, 64.
  func refuseIPAdapter() throws {
    guard ipAdapter != IPAdapterOptions() else { return }
    throw RuntimeError.usage(
      "--ip-adapter and what belongs to it: mini moves a picture's own pixels: leave it out, or name a model with "
        + "--model or --base")
  }

  func device() throws -> CPUDevice {
    try CPUDevice(threads: threads ?? ResourceUsage.availableCores)
  }
}
