import Compute
import Foundation
import LipSync
import Media
import MediaTypes

/// The finished video.
struct RenderedVideo {
  let width: Int
  let height: Int
  let rate: Rational
  let frameCount: Int
  let passedThrough: [PassedThrough]
  let contentID: String
}

/// Pass 2: renders the segments that are not there yet, and joins them with the sound.
struct RenderPass<Painter: MouthPainter> {
  let request: SpeakRequest
  let source: SpeakSource
  let faces: FoundFaces<Painter.Face>
  let sound: HeardSound<Painter.Speech>
  /// The file that the video's sound is taken from.
  let soundtrack: String
  let precision: Precision
  let work: WorkFolder
  let additions: PictureAdditions
  let cancellation: Cancellation
  /// When the whole run began.
  let started: ContinuousClock.Instant

  func run(
    _ painter: Painter, progress: @escaping ProgressHandler, timings: inout [String: Double]
  ) throws -> RenderedVideo {
    let reader = try source.open(index: faces.index)
    let info = reader.info
    let rate = source.rate(request, info)
    let mapping = Timeline(faces.times, rate: rate, loop: source.loop(request))
    let soundFrameCount = sound.frameCount(at: rate)
    let frameCount = request.length.frameCount(
      sound: soundFrameCount, clip: mapping.frameCountOfOneShowing)
    let timeline = self.timeline(mapping, frameCount: frameCount)
    let track = try audioTrack(rate, frameCount, isNatural: frameCount == soundFrameCount)
    let plan = timeline.segments
    let store = SegmentStore(work: work, format: VideoFormat(path: request.output))
    let (finished, damaged) = try store.intactSegments()
    if damaged > 0 {
      progress(.warning("output \(request.output): \(damaged) damaged segments are made again"))
    }
    let missing = (0..<plan.count).filter { finished[$0] == nil }
    let alreadyDone = frameCount - missing.reduce(0) { $0 + plan.frames(ofSegment: $1).count }

    progress(.stage(name: "painting", total: frameCount))
    let renderer = SegmentRenderer(
      timeline: timeline, painter: painter, cancellation: cancellation,
      speech: try sound.speech(rate, frameCount))
    let files = SegmentFiles(store: store, settings: settings(info, rate)) { segment in
      progress(
        .segment(
          index: segment.index, count: plan.count, sha256: segment.sha256,
          byteCount: segment.byteCount))
    }
    let sink = additions.drawing(into: files, plan: plan, color: info.color, rate: rate)
    var done = alreadyDone
    var firstFrame: Double?
    let stages = try renderer.render(
      segments: missing, source: SourceFrames(reader), sink: sink
    ) {
      done += 1
      firstFrame = firstFrame ?? (ContinuousClock.now - started) / .seconds(1)
      progress(.step(done: done))
    }
    timings["first_frame"] = firstFrame
    timings.merge(stages) { $0 + $1 }
    if cancellation.stopsAfterSegment { throw CancelledError() }
    let segments = (0..<plan.count).compactMap { files.finished[$0] ?? finished[$0] }
    let tags = OutputTags(
      commandLine: commandLine(info, rate, precision),
      segmentDigests: segments.map(\.sha256))
    let contentID = try tags.contentID()
    try request.checkReplacedFile()
    // The copy comes first: the video that names it, and so tells later whose it is, must not be without it.
    try additions.captions?.writeSidecar(request)
    let joined = try timings.measure("join") {
      try joinSegments(
        segments.map(store.path), audio: track,
        captions: additions.captions?.track(frameCount: frameCount, rate: rate) ?? [],
        output: request.output, rate: rate,
        metadata: try tags.entries(contentID: contentID),
        overwrite: request.replacesOutput, isCancelled: { cancellation.isCancelled })
    }
    for warning in joined.warnings { progress(.warning(warning)) }
    return RenderedVideo(
      width: info.width, height: info.height, rate: rate, frameCount: frameCount,
      passedThrough: passedThrough(timeline, rate), contentID: contentID)
  }

  private func passedThrough(
    _ timeline: RenderTimeline<Painter.Face>, _ rate: Rational
  ) -> [PassedThrough] {
    PassedThrough.ranges(frameCount: timeline.segments.frameCount, rate: rate) { frame in
      guard timeline.face(atFrame: frame) == nil else { return nil }
      let index = timeline.sourceIndex(atFrame: frame)
      let isTurned = faces.turnedAway.indices.contains(index) && faces.turnedAway[index]
      return isTurned ? .turnedAway : .noFace
    }
  }

  private func timeline(_ mapping: Timeline, frameCount: Int) -> RenderTimeline<Painter.Face> {
    let faces = faces.faces
    return RenderTimeline(
      segments: SegmentPlan(frameCount: frameCount, rate: mapping.rate),
      sourceIndex: { mapping.sourceIndex(at: $0) },
      face: { faces.indices.contains($0) ? faces[$0] : nil })
  }

  /// The sound as it is, or cut or followed by silence where the video does not have the sound's own length, at the loudness asked for.
  private func audioTrack(_ rate: Rational, _ frameCount: Int, isNatural: Bool) throws -> AudioTrack
  {
    var track = AudioTrack(path: soundtrack)
    if !isNatural { track.duration = Rational(frameCount) * rate.inverse }
    if let loudness = request.loudness {
      track.gain = try LoudnessTarget(loudness).gain(for: track, cancellation)
    }
    return track
  }

  private func settings(_ info: SourceInfo, _ rate: Rational) -> EncoderSettings {
    var settings = EncoderSettings(
      width: info.width, height: info.height, rate: rate, color: info.color)
    settings.crf = request.crf
    settings.format = VideoFormat(path: request.output)
    settings.hasAlpha =
      settings.format.holdsAlpha && info.hasAlpha && request.background == nil
    settings.sampleAspectRatio = info.sampleAspectRatio
    return settings
  }

  private func commandLine(
    _ info: SourceInfo, _ rate: Rational, _ precision: Precision
  ) -> SpeakCommandLine {
    SpeakCommandLine(
      request: request, presenter: source.presenter?.name, rate: rate, loop: source.loop(request),
      hasAlpha: info.hasAlpha, precision: precision.rawValue)
  }
}

/// Frames of a picture source, handed to the decoding thread.
private struct SourceFrames: FrameSource {
  private let source: any PictureSource

  init(_ source: any PictureSource) { self.source = source }

  func frame(at index: Int) throws -> Frame { try source.frame(at: index) }
}

/// Segments as files of the work folder.
private final class SegmentFiles: SegmentSink {
  /// By index.
  private(set) var finished: [Int: SegmentStore.Segment] = [:]
  private let store: SegmentStore
  private let settings: EncoderSettings
  private let onFinish: (SegmentStore.Segment) -> Void
  private var current: (index: Int, encoder: SegmentEncoder)?

  init(
    store: SegmentStore, settings: EncoderSettings,
    onFinish: @escaping (SegmentStore.Segment) -> Void
  ) {
    self.store = store
    self.settings = settings
    self.onFinish = onFinish
  }

  func begin(segment index: Int) throws {
    current = (index, try SegmentEncoder(store.unfinishedPath(index), settings: settings))
  }

  func append(_ frame: Frame) throws { try current?.encoder.append(frame) }

  func finish() throws {
    guard let (index, encoder) = current else { return }
    try encoder.finish()
    current = nil
    let segment = try store.finish(index)
    finished[index] = segment
    onFinish(segment)
  }

  func cancel() {
    current?.encoder.cancel()
    current = nil
  }
}
