import Audio
import Compute
import Face
import Imaging
import LipSync
import MediaTypes

/// MuseTalk at work: the sound becomes Whisper's states, and these repaint the lower half of the face in latents.
struct MuseTalkPipeline: SpeakPipeline {
  let model: MuseTalkModel
  let context: SpeakContext

  private var settings: MuseTalkSettings {
    MuseTalkSettings(context.request.museTalk, isVersion10: model.isVersion10)
  }

  func identity() throws -> String {
    "\(try model.identity())\n\(settings.key) batch \(SpeakResources.museTalkBatch)"
  }

  var warnings: [String] { model.warnings }

  func listen(_ progress: ProgressHandler) throws -> HeardSound<[Float]> {
    let reader = try AudioFile(path: context.request.audio).reader()
    var (piece, sampleCount) = ([Float](), 0)
    repeat {
      try context.cancellation.check()
      try reader.read(into: &piece)
      sampleCount += piece.count
    } while !piece.isEmpty
    for warning in reader.warnings { progress(.warning(warning)) }
    let (rules, count) = (settings.windowRules, sampleCount)
    func layout(_ rate: Rational) -> SpeechWindowLayout {
      SpeechWindowLayout(rules: rules, rate: rate, sampleCount: count)
    }
    return HeardSound(
      sampleCount: reader.sourceSampleCount, sampleRate: reader.sourceSampleRate,
      modelFrameCount: { rules == .upstream ? layout($0).upstreamFrameCount : nil }
    ) { rate in
      let encoder = try context.resources.speechEncoder(model, threads: context.threads)
      let windows = SpeechWindows(reader, layout: layout(rate), encoder: encoder)
      return { try windows.window(ofFrame: $0) }
    }
  }

  func tracker(rate: Rational, isStill: Bool) throws -> MuseTalkFaceTracker {
    let device = try context.device()
    return MuseTalkFaceTracker(
      landmarks: try model.landmarks(device: device), detector: try model.detector(device: device),
      settings: settings)
  }

  func painter(work: WorkFolder) throws -> MuseTalkPainter {
    let networks = try context.resources.museTalk(
      model, threads: context.threads, precision: context.request.computePrecision)
    let parser = try model.parser(
      device: context.device(), precision: context.request.computePrecision)
    let settings = settings
    return MuseTalkPainter(
      MuseTalkFacePainter(networks), latentPath: work.file("latents"),
      crop: { try settings.face(in: $0, box: $1) },
      blend: { try settings.blend($2, into: $0, box: $1, parts: parser.parts) })
  }
}
