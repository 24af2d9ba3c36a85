import Foundation
import MediaTypes

/// Frames that may wait between two stages.
private let queueCapacity = 4

/// Renders segments: decoding, painting and encoding run side by side, joined by queues a few frames long.
///
/// A segment depends on nothing but the source, the timeline, the speech and the painter, so one
/// rendered alone has the bytes of one rendered in sequence. The three stages own their parts and
/// hand frames over; the calling thread paints, because painting is the long stage. What is painted together depends on
/// the segment alone.
public final class SegmentRenderer<Painter: MouthPainter> {
  private let timeline: RenderTimeline<Painter.Face>
  private let painter: Painter
  private let speech: (Int) throws -> Painter.Speech
  private let cancellation: Cancellation

  /// `speech` is what the painter is told about output frame `i`.
  public init(
    timeline: RenderTimeline<Painter.Face>, painter: Painter,
    cancellation: Cancellation = Cancellation(),
    speech: @escaping (Int) throws -> Painter.Speech
  ) {
    self.timeline = timeline
    self.painter = painter
    self.speech = speech
    self.cancellation = cancellation
  }

  /// Renders `segments` in the given order and returns the seconds that each stage worked.
  ///
  /// `progress` is called on the painting thread after each painted frame. When `Cancellation.stopsAfterSegment` is up, it
  /// returns after the segment in work, and the later ones are not there. Throws the first error of any stage, or
  /// `CancelledError`; the sink's open segment is dropped then.
  public func render(
    segments: [Int], source: any FrameSource, sink: any SegmentSink, progress: () -> Void = {}
  ) throws -> [String: Double] {
    let decoded = BoundedQueue<RenderItem>(capacity: queueCapacity)
    let painted = BoundedQueue<RenderItem>(capacity: queueCapacity)
    let timeline = timeline
    let decoder = Stage("avatar.decode", carrying: source) { source, clock in
      defer { decoded.finish() }
      for segment in segments {
        for index in timeline.segments.frames(ofSegment: segment) {
          let frame = try clock.measure {
            try source.frame(at: timeline.sourceIndex(atFrame: index))
          }
          let item = RenderItem(segment: segment, index: index, frame: frame)
          guard decoded.push(item) else { return }
        }
      }
    } onFailure: {
      decoded.cancel()
      painted.cancel()
    }
    let encoder = Stage("avatar.encode", carrying: sink) { sink, clock in
      try encode(painted, into: sink, plan: timeline.segments, clock: clock)
    } onFailure: {
      decoded.cancel()
      painted.cancel()
    }
    let clock = StageClock()
    let outcome = Result {
      try paint(from: decoded, to: painted, clock: clock, progress: progress)
    }
    if case .failure = outcome {
      decoded.cancel()
      painted.cancel()
    }
    painted.finish()
    let failures = [decoder.wait(), encoder.wait(), outcome.failure].compactMap(\.self)
    if let failure = failures.first(where: { !($0 is CancelledError) }) ?? failures.first {
      throw failure
    }
    return [
      "decode": decoder.clock.seconds, "paint": clock.seconds, "encode": encoder.clock.seconds,
    ]
  }

  private func paint(
    from decoded: BoundedQueue<RenderItem>, to painted: BoundedQueue<RenderItem>,
    clock: StageClock, progress: () -> Void
  ) throws {
    var waiting = PaintingBatch<Painter>(capacity: painter.batchSize)
    while let item = decoded.pop() {
      try cancellation.check()
      let frames = timeline.segments.frames(ofSegment: item.segment)
      if item.index == frames.lowerBound && cancellation.stopsAfterSegment {
        decoded.cancel()
        return
      }
      try clock.measure {
        waiting.add(item, try moment(item))
        if waiting.isReady || item.index == frames.upperBound - 1 { try waiting.paint(painter) }
      }
      for item in waiting.takePainted() {
        guard painted.push(item) else { return }
        progress()
      }
    }
  }

  private func moment(
    _ item: RenderItem
  ) throws -> PaintingMoment<Painter.Face, Painter.Speech>? {
    guard let face = timeline.face(atFrame: item.index) else { return nil }
    return PaintingMoment(
      frame: item.frame, sourceIndex: timeline.sourceIndex(atFrame: item.index), face: face,
      speech: try speech(item.index))
  }
}

/// Frames in order that wait to be painted together, among those that pass through.
private struct PaintingBatch<Painter: MouthPainter> {
  private let capacity: Int
  private var items: [RenderItem] = []
  private var moments: [(place: Int, moment: PaintingMoment<Painter.Face, Painter.Speech>)] = []
  private var isPainted = false

  init(capacity: Int) {
    precondition(capacity > 0, "a painter paints")
    self.capacity = capacity
  }

  /// Whether waiting for more frames would gain nothing, or take too much memory.
  var isReady: Bool {
    moments.isEmpty || moments.count == capacity || items.count >= 2 * capacity
  }

  /// Without a moment, the frame passes through.
  mutating func add(
    _ item: RenderItem, _ moment: PaintingMoment<Painter.Face, Painter.Speech>?
  ) {
    if let moment { moments.append((items.count, moment)) }
    items.append(item)
    isPainted = false
  }

  mutating func paint(_ painter: Painter) throws {
    isPainted = true
    guard !moments.isEmpty else { return }
    for ((place, _), frame) in zip(moments, try painter.paint(moments.map(\.moment))) {
      items[place].frame = frame
    }
    moments.removeAll()
  }

  /// All frames that wait, if they were painted.
  mutating func takePainted() -> [RenderItem] {
    guard isPainted else { return [] }
    defer { items.removeAll() }
    return items
  }
}

/// The encoding stage: opens, fills and finishes the sink's segments.
private func encode(
  _ painted: BoundedQueue<RenderItem>, into sink: any SegmentSink, plan: SegmentPlan,
  clock: StageClock
) throws {
  var isOpen = false
  defer { if isOpen { sink.cancel() } }
  while let item = painted.pop() {
    try clock.measure {
      let frames = plan.frames(ofSegment: item.segment)
      if item.index == frames.lowerBound {
        isOpen = true
        try sink.begin(segment: item.segment)
      }
      try sink.append(item.frame)
      if item.index == frames.upperBound - 1 {
        try sink.finish()
        isOpen = false
      }
    }
  }
}

/// A frame on its way through the stages.
struct RenderItem: Sendable {
  let segment: Int
  let index: Int
  var frame: Frame
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
