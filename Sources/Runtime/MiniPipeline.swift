import Audio
import Compute
import Face
import LipSync
import MediaTypes

/// mini at work: the sound becomes an articulation, and the articulation a mouth.
struct MiniPipeline: SpeakPipeline {
  let model: MiniModel
  let context: SpeakContext

  func identity() throws -> String { try model.identity() }

  var warnings: [String] { model.warnings }

  func lookahead(rate: Rational) -> Int? { nil }

  var knownFaces: (record: FaceRecord<FaceTrack>, lookedAt: Int)? { nil }

  func listen(_ progress: ProgressHandler) throws -> HeardSound<Articulation> {
    let reader = try AudioFile(path: context.request.audio).reader()
    let network = try context.resources.articulation(model, threads: context.threads)
    let request = context.request
    let track = try network.hear(reader) { try context.cancellation.check() }
      .shown(isGated: request.gate == .auto, strength: Float(request.strength))
      .padded(to: context.soundSeconds ?? 0)
    for warning in reader.warnings { progress(.warning(warning)) }
    return HeardSound(
      sampleCount: reader.sourceSampleCount, sampleRate: reader.sourceSampleRate
    ) { rate in { track.articulation(atFrame: $0, rate: rate) } }
  }

  func tracker(rate: Rational, isStill: Bool) throws -> ChosenFaceTracker {
    try ChosenFaceTracker(
      context.request.face,
      landmarks: try context.resources.landmarks(model, threads: context.threads), rate: rate,
      isStill: isStill)
  }

  func painter(work: WorkFolder) throws -> MiniPainter {
    try context.resources.painter(
      model, threads: context.threads, precision: context.request.computePrecision)
  }

  var preparedPath: String? { nil }

  func keep(_ record: FaceRecord<FaceTrack>, work: WorkFolder, _ progress: ProgressHandler) {}
}

extension ArticulationTrack {
  /// This with a mouth at rest after its end, up to `seconds`.
  fileprivate func padded(to seconds: Double) -> ArticulationTrack {
    let lacking = Int((seconds / Self.stepSeconds).rounded(.up)) - steps.count
    let rest = Articulation(values: Articulation.names.map { _ in 0 })
    return lacking > 0
      ? ArticulationTrack(steps: steps + Array(repeating: rest, count: lacking)) : self
  }
}
