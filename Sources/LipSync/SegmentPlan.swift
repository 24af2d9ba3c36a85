public import MediaTypes

/// How a video of `frameCount` frames is cut into segments that are rendered, stored and resumed alone.
public struct SegmentPlan: Hashable, Codable, Sendable {
  /// Shortest segment: a shorter tail joins the segment before it.
  public static let shortestFrameCount = 3

  public let frameCount: Int
  public let segmentFrameCount: Int

  /// Cuts `frameCount` frames at `rate` into segments of about `seconds`.
  public init(frameCount: Int, rate: Rational, seconds: Double = 4) {
    precondition(frameCount > 0, "a video has frames")
    self.frameCount = frameCount
    segmentFrameCount = max(Self.shortestFrameCount, Int((seconds * rate.value).rounded(.up)))
  }

  public var count: Int {
    let (whole, tail) = frameCount.quotientAndRemainder(dividingBy: segmentFrameCount)
    return max(1, whole + (tail >= Self.shortestFrameCount ? 1 : 0))
  }

  /// The output frames of segment `index`.
  public func frames(ofSegment index: Int) -> Range<Int> {
    precondition(index >= 0 && index < count, "segment index")
    let start = index * segmentFrameCount
    return start..<(index == count - 1 ? frameCount : start + segmentFrameCount)
  }
}
