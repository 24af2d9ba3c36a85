import Imaging
import LipSync
import MediaTypes

/// Draws a visible label on its frames on their way to `segments`; the others pass as they are.
final class LabellingSegments: SegmentSink {
  private let segments: any SegmentSink
  private let plan: SegmentPlan
  private let label: PlacedOverlay
  private let labelledFrames: Range<Int>
  private var nextFrame = 0

  /// `frameCount` is how many frames show the label from the start on.
  init(_ segments: any SegmentSink, plan: SegmentPlan, label: PlacedOverlay, frameCount: Int) {
    self.segments = segments
    self.plan = plan
    self.label = label
    labelledFrames = 0..<frameCount
  }

  func begin(segment index: Int) throws {
    nextFrame = plan.frames(ofSegment: index).lowerBound
    try segments.begin(segment: index)
  }

  func append(_ frame: Frame) throws {
    defer { nextFrame += 1 }
    guard labelledFrames.contains(nextFrame) else { return try segments.append(frame) }
    var labelled = frame
    label.draw(on: &labelled)
    try segments.append(labelled)
  }

  func finish() throws { try segments.finish() }

  func cancel() { segments.cancel() }
}
