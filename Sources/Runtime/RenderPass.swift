import Compute
import Foundation
import LipSync
import Media
import MediaTypes

/// Pass 2: renders the segments that are not there yet, and joins them with the sound.
struct RenderPass {
  /// The finished video.
  struct Video {
    let width: Int
    let height: Int
    let rate: Rational
    let frameCount: Int
    let framesWithFace: Int
  }

  let request: SpeakRequest
  let source: SpeakSource
  let faces: FacePass.Result
  let speech: SpeechPass.Result
  let work: WorkFolder
  let cancellation: Cancellation

  func run(
    _ painter: MiniPainter, progress: ProgressHandler, timings: inout [String: Double]
  ) throws -> Video {
    let reader = try source.open(index: faces.index)
    let info = reader.info
    let rate = request.rate ?? (source.presenter == nil ? info.outputRate : Rational(25))
    let frameCount = speech.frameCount(at: rate)
    let timeline = self.timeline(rate: rate, frameCount: frameCount)
    let plan = timeline.segments
    let missing = (0..<plan.count).filter { !work.contains(Self.segmentName($0)) }
    let alreadyDone = frameCount - missing.reduce(0) { $0 + plan.frames(ofSegment: $1).count }

    progress(.stage(name: "painting", total: frameCount))
    let track = speech.track
    let renderer = SegmentRenderer(
      timeline: timeline, painter: painter, cancellation: cancellation,
      speech: { track.articulation(atFrame: $0, rate: rate) })
    let sink = SegmentFiles(work: work, settings: settings(info, rate))
    var done = alreadyDone
    let stages = try renderer.render(
      segments: missing, source: SourceFrames(reader), sink: sink
    ) {
      done += 1
      progress(.step(done: done))
    }
    timings.merge(stages) { $0 + $1 }
    try cancellation.check()
    let joined = try timings.measure("join") {
      try joinSegments(
        (0..<plan.count).map { work.file(Self.segmentName($0)) },
        audio: AudioTrack(path: request.audio), output: request.output, rate: rate,
        metadata: metadata, overwrite: request.replacesOutput,
        isCancelled: { cancellation.isCancelled })
    }
    for warning in joined.warnings { progress(.warning(warning)) }
    return Video(
      width: info.width, height: info.height, rate: rate, frameCount: frameCount,
      framesWithFace: timeline.framesWithFace)
  }

  private func timeline(rate: Rational, frameCount: Int) -> RenderTimeline {
    let mapping = Timeline(faces.times, rate: rate, loop: source.loop(request))
    return RenderTimeline(
      segments: SegmentPlan(frameCount: frameCount, rate: rate), track: faces.track,
      sourceIndex: { mapping.sourceIndex(at: $0) })
  }

  private func settings(_ info: SourceInfo, _ rate: Rational) -> EncoderSettings {
    var settings = EncoderSettings(
      width: info.width, height: info.height, rate: rate, color: info.color)
    settings.crf = request.crf
    settings.sampleAspectRatio = info.sampleAspectRatio
    return settings
  }

  private var metadata: [String: String] {
    [
      "encoder": "avatar \(Version.current)",
      "comment": "lip-sync by avatar, model \(request.model)",
    ]
  }

  static func segmentName(_ index: Int) -> String {
    "segment-" + String(repeating: "0", count: max(0, 5 - "\(index)".count)) + "\(index).mp4"
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
  private let work: WorkFolder
  private let settings: EncoderSettings
  private var encoder: SegmentEncoder?

  init(work: WorkFolder, settings: EncoderSettings) {
    self.work = work
    self.settings = settings
  }

  func begin(segment index: Int) throws {
    encoder = try SegmentEncoder(work.file(RenderPass.segmentName(index)), settings: settings)
  }

  func append(_ frame: Frame) throws { try encoder?.append(frame) }

  func finish() throws {
    try encoder?.finish()
    encoder = nil
  }

  func cancel() {
    encoder?.cancel()
    encoder = nil
  }
}
