import Audio
import Compute
import Face
import LipSync
import MediaTypes

/// MuseTalk at work: the sound becomes Whisper's states, and these repaint the lower half of the face in latents.
struct MuseTalkPipeline: SpeakPipeline {
  let model: MuseTalkModel
  let context: SpeakContext

  private var settings: MuseTalkSettings {
    MuseTalkSettings(context.request.museTalk, version: model.version)
  }

  func identity() throws -> String {
    "\(try model.identity()) batch \(SpeakResources.museTalkBatch)"
  }

  var warnings: [String] { model.warnings }

  let findsFacesSlowly = true

  func listen(_ progress: ProgressHandler) throws -> HeardSound<[Float]> {
    let reader = try AudioFile(path: context.request.audio).reader()
    var (piece, sampleCount) = ([Float](), 0)
    repeat {
      try context.cancellation.check()
      try reader.read(into: &piece)
      sampleCount += piece.count
    } while !piece.isEmpty
    for warning in reader.warnings { progress(.warning(warning)) }
    let rules: SpeechWindowLayout.Rules =
      settings.compatibility == .upstream ? .upstream : .mended
    let count = sampleCount
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
    let (device, geometry) = (try context.device(), settings.geometry)
    let isMended = settings.compatibility == .mended
    let sightings = FaceSightings(
      landmarks: try model.landmarks(refines: isMended, device: device),
      detector: try model.detector(
        longestSide: isMended ? MuseTalkFaceTracker.detectorSide : .max, device: device),
      chroma: geometry.chroma)
    return MuseTalkFaceTracker(sightings, geometry: geometry, rate: rate)
  }

  func painter(work: WorkFolder) throws -> MuseTalkPainter {
    let precision = context.request.computePrecision
    let networks = try context.resources.museTalk(
      model, threads: context.threads, precision: precision)
    return MuseTalkPainter(
      MuseTalkFacePainter(networks),
      parser: try model.parser(device: context.device(), precision: precision),
      settings: settings.painter, latentPath: work.file("latents"))
  }
}
