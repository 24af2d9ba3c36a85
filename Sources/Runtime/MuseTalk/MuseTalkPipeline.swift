import Audio
import Compute
import Face
import Glibc
import LipSync
import MediaTypes

/// MuseTalk at work: the sound becomes Whisper's states, and these repaint the lower half of the face in latents.
struct MuseTalkPipeline: SpeakPipeline {
  let model: MuseTalkModel
  let context: SpeakContext
  let preparation: ClipPreparation

  private var settings: MuseTalkSettings {
    MuseTalkSettings(context.request.museTalk, version: model.version)
  }

  func identity() throws -> String {
    "\(try model.identity()) batch \(SpeakResources.museTalkBatch)"
  }

  var warnings: [String] { model.warnings }

  func lookahead(rate: Rational) -> Int? {
    // Who is chosen may depend on all frames.
    context.request.face == nil ? settings.geometry.lookahead(rate: rate) : Int.max / 2
  }

  var knownFaces: (record: FaceRecord<MuseTalkTrack>, lookedAt: Int)? {
    preparation.known.map { ($0.record, $0.record.track.sightings.count) }
  }

  func listen(_ progress: ProgressHandler) throws -> HeardSound<[Float]> {
    let reader = try AudioFile(path: context.request.audio).reader()
    let voice = try voice(in: reader)
    try reader.rewind()
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
      let layout = layout(rate, silence: beyond > frame ? beyond : 0)
      let windows = ShownSpeechWindows(
        SpeechWindows(reader, layout: layout, encoder: encoder),
        silence: SpeechWindows(silence: layout, encoder: encoder), voice: voice,
        strength: Float(context.request.strength))
      return { try windows.window(ofFrame: $0) }
    }
  }

  /// Where somebody speaks or sings, as mini's network hears it; nil where that has no part: upstream knows no gate.
  private func voice(in reader: SpeechReader) throws -> VoiceActivity? {
    guard context.request.gate == .auto, settings.compatibility == .mended else { return nil }
    let network = try context.resources.articulation(MiniModel("mini"), threads: context.threads)
    return try network.hear(reader) { try context.cancellation.check() }.voice
  }

  /// Samples at 16 kHz under so many frames.
  private static func sampleCount(_ frameCount: Int, _ rate: Rational) -> Int {
    frameCount * rate.denominator * 16_000 / rate.numerator
  }

  func tracker(rate: Rational, isStill: Bool) throws -> MuseTalkFaceTracker {
    let (device, geometry) = (try context.device(), settings.geometry)
    let isMended = settings.compatibility == .mended
    let landmarks = try model.landmarks(refines: isMended, device: device)
    if let face = context.request.face {
      let chosen = try ChosenFaceTracker(
        face,
        landmarks: context.resources.landmarks(MiniModel("mini"), threads: context.threads),
        rate: rate, isStill: isStill)
      return MuseTalkFaceTracker(
        chosen, FollowedSightings(landmarks: landmarks, chroma: geometry.chroma),
        geometry: geometry, rate: rate)
    }
    let detector = try model.detector(
      longestSide: isMended ? MuseTalkFaceTracker.detectorSide : .max, device: device)
    return MuseTalkFaceTracker(
      FaceSightings(
        landmarks: landmarks, detector: detector, chroma: geometry.chroma,
        interval: geometry.detectorInterval(rate: rate)), geometry: geometry, rate: rate)
  }

  func painter(work: WorkFolder) throws -> MuseTalkPainter {
    let painter = try facePainter()
    return MuseTalkPainter(
      painter, preparation: facePreparation(painter, work: work),
      sharpening: Float(context.request.sharpen))
  }

  func facePainter() throws -> MuseTalkFacePainter {
    MuseTalkFacePainter(
      try context.resources.museTalk(
        model, threads: context.threads, precision: context.request.computePrecision))
  }

  /// What makes latents and masks, and keeps them in `work`.
  func facePreparation(_ painter: MuseTalkFacePainter, work: WorkFolder) -> FacePreparation {
    FacePreparation(
      painter,
      parser: {
        try model.parser(
          device: context.device(), precision: context.request.computePrecision)
      }, settings: settings.preparation, known: preparation.known?.faces,
      made: context.preparedFaces(in: work))
  }

  var preparedPath: String? { preparation.path }

  func keep(
    _ record: FaceRecord<MuseTalkTrack>, work: WorkFolder, _ progress: ProgressHandler
  ) {
    preparation.keep(record, context.preparedFaces(in: work), progress)
  }
}

extension SpeakContext {
  /// What a run has made of its faces so far.
  fileprivate func preparedFaces(in work: WorkFolder) -> PreparedFaces {
    guard let speaker else { return PreparedFaces(folder: work.path, isWritable: true) }
    let folder = work.file("speaker-\(speaker)")
    mkdir(folder, 0o755)
    return PreparedFaces(folder: folder, isWritable: true)
  }
}
