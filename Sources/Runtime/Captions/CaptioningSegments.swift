import Imaging
import LipSync
import MediaTypes

/// Draws captions on frames on their way to `segments`; frames without one pass as they are.
final class CaptioningSegments: SegmentSink {
  private let segments: any SegmentSink
  private let plan: SegmentPlan
  private let drawing: CaptionDrawing
  private let color: ColorDescription
  private let rate: Rational
  private var nextFrame = 0
  private var drawn: (number: Int, overlay: PlacedOverlay)?

  init(
    _ segments: any SegmentSink, plan: SegmentPlan, drawing: CaptionDrawing,
    color: ColorDescription, rate: Rational
  ) {
    self.segments = segments
    self.plan = plan
    self.drawing = drawing
    self.color = color
    self.rate = rate
  }

  func begin(segment index: Int) throws {
    nextFrame = plan.frames(ofSegment: index).lowerBound
    try segments.begin(segment: index)
  }

  func append(_ frame: Frame) throws {
    defer { nextFrame += 1 }
    guard let number = drawing.caption(atFrame: nextFrame, rate: rate) else {
      return try segments.append(frame)
    }
    let overlay: PlacedOverlay
    if let drawn, drawn.number == number {
      overlay = drawn.overlay
    } else {
      overlay = try drawing.placed(number, in: color)
      drawn = (number, overlay)
    }
    var captioned = frame
    overlay.draw(on: &captioned)
    try segments.append(captioned)
  }

  func finish() throws { try segments.finish() }

  func cancel() { segments.cancel() }
}
