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
    func layout(_ rate: Rational, silence: Int = 0) -> SpeechWindowLayout {
      SpeechWindowLayout(rules: rules, rate: rate, sampleCount: count + silence)
    }
    return HeardSound(
      sampleCount: reader.sourceSampleCount, sampleRate: reader.sourceSampleRate,
      modelFrameCount: { rules == .upstream ? layout($0).upstreamFrameCount : nil }
    ) { rate, frameCount in
      let encoder = try context.resources.speechEncoder(model, threads: context.threads)
      // Silence that belongs to the video is heard; what only fills up its last frame is not.
      let beyond = Self.sampleCount(frameCount, rate) - count
      let frame = Self.sampleCount(1, rate)
      let windows = SpeechWindows(
        reader, layout: layout(rate, silence: beyond > frame ? beyond : 0), encoder: encoder)
      return { try windows.window(ofFrame: $0) }
    }
  }

  /// Samples at 16 kHz under so many frames.
  private static func sampleCount(_ frameCount: Int, _ rate: Rational) -> Int {
    frameCount * rate.denominator * 16_000 / rate.numerator
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
