import Foundation
import LipSync
import MediaTypes
import Synchronization
import Testing

/// A painter that writes the speech number into the first byte.
private final class NumberPainter: MouthPainter {
  let batchSize: Int
  /// How many frames were painted at once, each time.
  private(set) var batches: [Int] = []

  init(batchSize: Int = 1) { self.batchSize = batchSize }

  func paint(_ moments: [PaintingMoment<Int, Int>]) throws -> [Frame] {
    batches.append(moments.count)
    return moments.map { moment in
      var painted = moment.frame
      painted.samples[0] = UInt8(moment.speech % 256)
      painted.samples[2] = UInt8(moment.face)
      painted.samples[3] = UInt8(moment.sourceIndex)
      return painted
    }
  }
}

/// Frames that carry their source index in the second byte.
private struct CountingSource: FrameSource {
  var failsAt: Int?

  func frame(at index: Int) throws -> Frame {
    if index == failsAt { throw TestFailure() }
    var frame = Frame(width: 4, height: 2)
    frame.samples[1] = UInt8(index)
    return frame
  }
}

private struct TestFailure: Error {}

/// Keeps segments in memory.
private final class MemorySink: SegmentSink {
  var segments: [Int: [Frame]] = [:]
  var isOpen: Bool { open != nil }
  private var open: (index: Int, frames: [Frame])?
  var failsAtFrame: Int?

  func begin(segment index: Int) throws { open = (index, []) }
  func append(_ frame: Frame) throws {
    if open?.frames.count == failsAtFrame { throw TestFailure() }
    open?.frames.append(frame)
  }
  func finish() throws {
    if let open { segments[open.index] = open.frames }
    open = nil
  }
  func cancel() { open = nil }
}

struct SegmentRendererTests {
  private let plan = SegmentPlan(frameCount: 23, rate: Rational(2))

  private func timeline(
    faceAt hasFace: @escaping @Sendable (Int) -> Bool = { _ in true }
  ) -> RenderTimeline<Int> {
    RenderTimeline(
      segments: plan, sourceIndex: { $0 % 5 }, face: { hasFace($0) ? 10 + $0 : nil })
  }

  private func render(
    _ segments: [Int], timeline: RenderTimeline<Int>, source: CountingSource = .init(),
    sink: MemorySink, painter: NumberPainter = NumberPainter(),
    cancellation: Cancellation = .init()
  ) throws {
    let renderer = SegmentRenderer(
      timeline: timeline, painter: painter, cancellation: cancellation,
      speech: { $0 + 100 })
    _ = try renderer.render(segments: segments, source: source, sink: sink)
  }

  @Test func `every frame shows its source and its speech`() throws {
    let sink = MemorySink()
    try render(Array(0..<plan.count), timeline: timeline(), sink: sink)
    let frames = (0..<plan.count).flatMap { sink.segments[$0] ?? [] }
    #expect(frames.map { Int($0.samples[1]) } == (0..<23).map { $0 % 5 })
    #expect(frames.map { Int($0.samples[0]) } == (0..<23).map { $0 + 100 })
  }

  @Test func `a segment rendered alone equals the one rendered in sequence`() throws {
    let (whole, alone) = (MemorySink(), MemorySink())
    try render(Array(0..<plan.count), timeline: timeline(), sink: whole)
    try render([1], timeline: timeline(), sink: alone)
    #expect(alone.segments == [1: try #require(whole.segments[1])])
  }

  @Test func `frames without a face pass through`() throws {
    let sink = MemorySink()
    let timeline = timeline { $0 != 2 }
    try render([0], timeline: timeline, sink: sink)
    #expect(sink.segments[0]?[2].samples[0] == 16)
    #expect(sink.segments[0]?[1].samples[0] == 101)
    #expect(timeline.framesWithFace == 23 - 5)
  }

  @Test func `a batch ends with its segment, and frames keep their order`() throws {
    for batchSize in [2, 3, 4, 100] {
      let (sink, painter) = (MemorySink(), NumberPainter(batchSize: batchSize))
      try render(
        Array(0..<plan.count), timeline: timeline { $0 != 2 && $0 != 3 }, sink: sink,
        painter: painter)
      let frames = (0..<plan.count).flatMap { sink.segments[$0] ?? [] }
      #expect(frames.map { Int($0.samples[1]) } == (0..<23).map { $0 % 5 })
      for (index, frame) in frames.enumerated() {
        let source = index % 5
        let isPassed = [2, 3].contains(source)
        let expected = isPassed ? [16, 16, 16] : [index + 100, 10 + source, source]
        #expect([0, 2, 3].map { Int(frame.samples[$0]) } == expected)
      }
      #expect(painter.batches.reduce(0, +) == 14 && painter.batches.max()! <= batchSize)
      let alone = MemorySink()
      try render(
        [1], timeline: timeline { $0 != 2 && $0 != 3 }, sink: alone,
        painter: NumberPainter(batchSize: batchSize))
      #expect(alone.segments[1] == sink.segments[1])
    }
  }

  @Test func `a failing source stops the run and drops the open segment`() {
    let sink = MemorySink()
    #expect(throws: TestFailure.self) {
      try render([0, 1], timeline: timeline(), source: CountingSource(failsAt: 4), sink: sink)
    }
    #expect(sink.segments.isEmpty && !sink.isOpen)
  }

  @Test func `a failing sink stops the run`() {
    let sink = MemorySink()
    sink.failsAtFrame = 3
    #expect(throws: TestFailure.self) {
      try render([0, 1, 2], timeline: timeline(), sink: sink)
    }
    #expect(sink.segments.isEmpty)
  }

  @Test func `asked to end after the segment in work, it finishes that and begins no other`() throws
  {
    let (sink, cancellation) = (MemorySink(), Cancellation())
    let renderer = SegmentRenderer(
      timeline: timeline(), painter: NumberPainter(), cancellation: cancellation,
      speech: { $0 + 100 })
    var painted = 0
    _ = try renderer.render(segments: [0, 1, 2], source: CountingSource(), sink: sink) {
      painted += 1
      if painted == 9 { cancellation.cancelAfterSegment() }
    }
    #expect(painted == 16)
    #expect(sink.segments.mapValues(\.count) == [0: 8, 1: 8])
    #expect(!sink.isOpen)
  }

  @Test func `a cancelled run stops`() {
    let (sink, cancellation) = (MemorySink(), Cancellation())
    cancellation.cancel()
    #expect(throws: CancelledError.self) {
      try render([0], timeline: timeline(), sink: sink, cancellation: cancellation)
    }
    #expect(sink.segments.isEmpty)
  }
}
