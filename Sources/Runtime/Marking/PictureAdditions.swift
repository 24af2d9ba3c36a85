import LipSync
import Media
import MediaTypes

/// What is drawn into finished frames, or comes with them: a visible label and captions.
struct PictureAdditions {
  let captions: SpeakCaptions?
  private let mark: VisibleLabelMark?
  private let drawing: CaptionDrawing?

  /// - Throws: what laying out a label or captions for pictures like `info`'s throws.
  init(_ request: SpeakRequest, captions: SpeakCaptions?, on info: SourceInfo) throws {
    self.captions = captions
    mark = try request.visibleLabel.map { try VisibleLabelMark($0, on: info) }
    drawing = try captions?.drawing(on: info, above: mark?.rowsFromBelow(in: info) ?? 0)
  }

  /// Where frames go that are to be drawn upon and then given to `files`.
  func drawing(
    into files: any SegmentSink, plan: SegmentPlan, color: ColorDescription, rate: Rational
  ) -> any SegmentSink {
    var sink = files
    if let mark {
      sink = LabellingSegments(
        sink, plan: plan, label: mark.placed(in: color),
        frameCount: mark.frameCount(at: rate) ?? plan.frameCount)
    }
    if let drawing {
      sink = CaptioningSegments(sink, plan: plan, drawing: drawing, color: color, rate: rate)
    }
    return sink
  }
}
