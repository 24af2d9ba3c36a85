import Audio
import Compute
import Face
import Foundation
import Imaging
public import LipSync
import Media
import MediaTypes

/// One `avatar speak`: from a checked request to a finished video.
public struct SpeakJob {
  private var request: SpeakRequest
  private let resources: SpeakResources
  private let cancellation: Cancellation

  /// `resources` keeps networks loaded for further jobs.
  public init(
    _ request: SpeakRequest, resources: SpeakResources = SpeakResources(),
    cancellation: Cancellation = Cancellation()
  ) {
    self.request = request
    self.resources = resources
    self.cancellation = cancellation
  }

  /// Does the work and returns what was done.
  ///
  /// The output appears only when it is complete; after an error nothing is left but, where the run can go on, its work folder.
  ///
  /// - Throws: `AvatarError`s with the documented exit codes, `CancelledError`.
  public func run(progress: @escaping ProgressHandler = { _ in }) throws -> SpeakReport {
    var job = self
    job.request = try request.resolvingPreparedAvatar()
    return try job.runResolved(progress)
  }

  private func runResolved(_ progress: @escaping ProgressHandler) throws -> SpeakReport {
    let started = ContinuousClock.now
    try checkSpeakers()
    for sound in request.sounds { _ = try AudioFile(path: sound) }
    try OutputPath.check(
      request.output, force: request.replacesOutput, inputs: request.inputs)
    if request.makesContactSheet {
      try ContactSheet.check(
        of: request.output, replaces: request.replacesOutput, inputs: request.inputs)
    }
    let captions = try request.captions.map { try SpeakCaptions($0, output: request.output) }
    try captions?.checkSidecar(request, inputs: request.inputs)
    let source = try SpeakSource(request)
    try request.length.check(against: source)
    let additions = try PictureAdditions(request, captions: captions, on: source.open().info)
    let context = SpeakContext(
      request: request, resources: resources,
      threads: request.threads ?? ResourceUsage.availableCores, cancellation: cancellation)
    return switch try SpeakModel(request) {
    case .mini(let model):
      try run(source, additions, started, context, progress) {
        MiniPipeline(model: model, context: $0)
      }
    case .museTalk(let model):
      try run(source, additions, started, context, progress) {
        try museTalk(model, $0, source, progress)
      }
    }
  }

  /// Runs the pipeline, or one for each of several speakers together.
  private func run<Pipeline: SpeakPipeline>(
    _ source: SpeakSource, _ additions: PictureAdditions, _ started: ContinuousClock.Instant,
    _ context: SpeakContext, _ progress: @escaping ProgressHandler,
    pipeline: (SpeakContext) throws -> Pipeline
  ) throws -> SpeakReport {
    let speakers = request.speakers
    guard !speakers.isEmpty else {
      return try run(pipeline(context), source, additions, started, progress)
    }
    let length = try SpeakersPipeline<Pipeline>.longest(speakers)
    let pipelines = try speakers.enumerated().map { index, speaker in
      var own = context
      (own.request, own.speaker) = (request.alone(speaker), index)
      return try pipeline(own)
    }
    return try run(
      SpeakersPipeline(speakers, pipelines, length: length), source, additions, started, progress)
  }

  private func checkSpeakers() throws {
    guard !request.speakers.isEmpty else { return }
    if let complaint = Speaker.complaint(request.speakers) {
      throw RuntimeError.usage("--speaker: \(complaint)")
    }
    guard request.face == nil, request.audio.isEmpty else {
      throw RuntimeError.usage(
        "--speaker: names faces and sounds itself: leave --face and --audio out")
    }
  }

  /// What the video sounds like: the sound itself, or the speakers' together.
  private func soundtrack(_ work: WorkFolder) throws -> String {
    guard !request.speakers.isEmpty else { return request.audio }
    let mix = work.file("mix.wav")
    try mixSounds(request.sounds, to: mix) { try cancellation.check() }
    return mix
  }

  private func museTalk(
    _ model: MuseTalkModel, _ context: SpeakContext, _ source: SpeakSource,
    _ progress: ProgressHandler
  ) throws -> MuseTalkPipeline {
    let preparation = try ClipPreparation(
      context.request, source: source, model: model,
      precision: context.device().resolve(request.computePrecision),
      cache: resources.preparedAvatars(), progress)
    return MuseTalkPipeline(model: model, context: context, preparation: preparation)
  }

  private func run<Pipeline: SpeakPipeline>(
    _ pipeline: Pipeline, _ source: SpeakSource, _ additions: PictureAdditions,
    _ started: ContinuousClock.Instant, _ progress: @escaping ProgressHandler
  ) throws -> SpeakReport {
    var timings: [String: Double] = [:]
    progress(.stage(name: "listening", total: 0))
    let sound = try timings.measure("listen") { try pipeline.listen(progress) }
    let threads = request.threads ?? ResourceUsage.availableCores
    let precision = try resources.device(threads: threads).resolve(request.computePrecision)
    discardOtherFace()
    let work = try WorkFolder(
      output: request.output, key: try key(source, pipeline.identity(), precision: precision))
    do {
      let record = try timings.measure("faces") {
        try FacePass(
          source: source, tracker: pipeline.tracker,
          frameLimit: frameLimit(pipeline, source, sound.frameCount), known: pipeline.knownFaces,
          work: work, cancellation: cancellation
        ).run(progress)
      }
      let faces = try FoundFaces(record, by: Pipeline.Tracker.self, in: source)
      try require(faces, progress)
      let painter = try timings.measure("load") { try pipeline.painter(work: work) }
      for warning in pipeline.warnings { progress(.warning(warning)) }
      let render = RenderPass<Pipeline.Painter>(
        request: request, source: source, faces: faces, sound: sound,
        soundtrack: try soundtrack(work), precision: precision, work: work,
        additions: additions, cancellation: cancellation, started: started)
      let video = try render.run(painter, progress: progress, timings: &timings)
      pipeline.keep(record, work: work, progress)
      work.remove()
      if request.makesContactSheet {
        _ = try timings.measure("contact_sheet") {
          try ContactSheet.write(
            of: request.output, replaces: request.replacesOutput, cancellation: cancellation)
        }
      }
      return report(
        video, sound.durationSeconds, precision, timings, started, pipeline.preparedPath)
    } catch {
      if !request.survives(error) { work.remove() }
      throw error
    }
  }

  /// Removes what a killed command left that was to make a face for this output, unless it is the one that speaks now.
  private func discardOtherFace() {
    let face = GeneratedFace.path("", output: request.output)
    guard request.avatar?.hasPrefix(face) != true else { return }
    GeneratedFace.discard(output: request.output)
  }

  private func frameLimit<Pipeline: SpeakPipeline>(
    _ pipeline: Pipeline, _ source: SpeakSource, _ frameCount: @escaping (Rational) -> Int
  ) -> ((SourceInfo, PresentationTimes) -> Int)? {
    guard pipeline.lookahead(rate: Rational(25)) != nil else { return nil }
    return { info, times in
      shownFrames(of: source, info, times, frameCount)
        + (pipeline.lookahead(rate: info.outputRate) ?? 0)
    }
  }

  /// How many frames of the source, from its first, are shown at all.
  private func shownFrames(
    of source: SpeakSource, _ info: SourceInfo, _ times: PresentationTimes,
    _ frameCount: (Rational) -> Int
  ) -> Int {
    let rate = source.rate(request, info)
    let timeline = Timeline(times, rate: rate, loop: source.loop(request))
    let count = request.length.frameCount(
      sound: frameCount(rate), clip: timeline.frameCountOfOneShowing)
    let indices = (0..<count).lazy.map { timeline.sourceIndex(at: $0) }
    return (indices.max() ?? 0) + 1
  }

  private func require<Face>(_ faces: FoundFaces<Face>, _ progress: ProgressHandler) throws {
    for warning in faces.warnings { progress(.warning(warning)) }
    guard faces.framesWithFace == 0 else { return }
    let avatar = request.avatar ?? "presenter"
    let name = GeneratedFace.isOne(avatar) ? "that was generated" : avatar
    if request.requiresFace {
      throw RuntimeError.badInput(
        "avatar \(name): no face was found: give a picture with a visible, upright face")
    }
    progress(.warning("avatar \(name): no face was found, so the picture passes through unchanged"))
  }

  /// Everything that decides the output's bytes.
  private func key(_ source: SpeakSource, _ model: String, precision: Precision) throws -> String {
    """
    avatar \(Version.current) \(InstructionSet.name) \(precision)
    build \(try FileIdentity.describe("/proc/self/exe"))
    audio \(try request.sounds.map(FileIdentity.describe).joined(separator: " "))
    source \(source.identity)
    model \(model)
    face \(try request.face?.identity() ?? "largest of each shot")
    captions \(try request.captions.map { try FileIdentity.describe($0.path) } ?? "none")
    \(try request.optionsKey)
    """
  }

  private func report(
    _ video: RenderedVideo, _ audioDuration: Double, _ precision: Precision,
    _ timings: [String: Double], _ started: ContinuousClock.Instant, _ prepared: String?
  ) -> SpeakReport {
    let passedCount = video.passedThrough.reduce(0) { $0 + $1.count }
    let wallSeconds = (ContinuousClock.now - started) / .seconds(1)
    return SpeakReport(
      output: request.output, model: request.model, precision: precision.rawValue,
      width: video.width, height: video.height, fps: video.rate.description,
      frames: video.frameCount,
      duration: Double(video.frameCount) / video.rate.value, audioDuration: audioDuration,
      framesWithFace: video.frameCount - passedCount, framesPassedThrough: passedCount,
      passedThrough: video.passedThrough, wallSeconds: wallSeconds,
      framesPerSecond: Double(video.frameCount) / wallSeconds,
      peakRssBytes: ResourceUsage.peakResidentBytes,
      timings: timings.mapValues { ($0 * 1000).rounded() / 1000 }, seed: request.seed,
      version: Version.current, contentID: video.contentID,
      contactSheet: request.makesContactSheet ? ContactSheet.path(of: request.output) : nil,
      prepared: prepared)
  }
}

extension SpeakRequest {
  /// Whether a later run could go on from the work folder.
  func survives(_ error: any Error) -> Bool {
    WorkFolder.survives(error, isKept: keepsUnfinishedWork)
  }

  var computePrecision: Compute.Precision { precision.forComputing }
}

extension WorkFolder {
  /// Whether a later run could go on from it: after a defect of ours, not after a bad input, and on request only
  /// where the caller comes back.
  static func survives(_ error: any Error, isKept: Bool) -> Bool {
    switch (error as? any AvatarError)?.exitCode {
    case .internalError: true
    case .badInput, .missingInput, .usage, .modelNotInstalled: false
    default: isKept
    }
  }
}

extension SpeakRequest.Precision {
  var forComputing: Compute.Precision {
    switch self {
    case .auto: .auto
    case .fp32: .fp32
    case .bf16: .bf16
    }
  }
}

extension [String: Double] {
  /// Runs `body` and adds the seconds that it took under `name`.
  mutating func measure<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
    let start = ContinuousClock.now
    defer { self[name, default: 0] += (ContinuousClock.now - start) / .seconds(1) }
    return try body()
  }
}
