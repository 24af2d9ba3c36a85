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
    for warning in reader.warnings { progress(.warning(warning)) }
    return HeardSound(
      sampleCount: reader.sourceSampleCount, sampleRate: reader.sourceSampleRate
    ) { rate, frameCount in
      let track = track.closing(beforeFrame: frameCount, rate: rate)
      return { track.articulation(atFrame: $0, rate: rate) }
    }
  }

  func tracker(rate: Rational, isStill: Bool) throws -> ChosenFaceTracker {
    try ChosenFaceTracker(
      context.request.face,
      landmarks: try context.resources.landmarks(model, threads: context.threads), rate: rate,
      isStill: isStill)
  }

  func painter(work: WorkFolder) throws -> MiniPainter {
    try context.resources.painter(
      model, threads: context.threads, precision: context.request.computePrecision,
      sharpening: Float(context.request.sharpen))
  }

  var preparedPath: String? { nil }

  func keep(_ record: FaceRecord<FaceTrack>, work: WorkFolder, _ progress: ProgressHandler) {}
}
