public import Imaging

/// What every output frame shows: which source frame, and where its face is.
public struct RenderTimeline: Sendable {
  public let segments: SegmentPlan
  private let sourceIndices: @Sendable (Int) -> Int
  private let alignments: [Similarity?]

  /// - Parameters:
  ///   - segments: How the output is cut.
  ///   - alignments: For each source frame, aligned crop to picture; nil where there is no face.
  ///   - sourceIndex: The source frame that output frame `i` shows.
  public init(
    segments: SegmentPlan, alignments: [Similarity?],
    sourceIndex: @escaping @Sendable (Int) -> Int
  ) {
    self.segments = segments
    self.alignments = alignments
    sourceIndices = sourceIndex
  }

  public func sourceIndex(atFrame index: Int) -> Int { sourceIndices(index) }

  /// Where the face is in the picture that output frame `index` shows; nil passes the frame through.
  public func alignment(atFrame index: Int) -> Similarity? {
    let source = sourceIndices(index)
    return alignments.indices.contains(source) ? alignments[source] : nil
  }

  /// Output frames that show a face.
  public var framesWithFace: Int {
    (0..<segments.frameCount).count { alignment(atFrame: $0) != nil }
  }
}
