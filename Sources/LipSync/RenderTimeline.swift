/// What every output frame shows: which source frame, and where its face is.
public struct RenderTimeline<Face: Sendable>: Sendable {
  public let segments: SegmentPlan
  private let sourceIndices: @Sendable (Int) -> Int
  private let faces: @Sendable (Int) -> Face?

  /// - Parameters:
  ///   - segments: How the output is cut.
  ///   - sourceIndex: The source frame that output frame `i` shows.
  ///   - face: The face in source frame `i`.
  public init(
    segments: SegmentPlan, sourceIndex: @escaping @Sendable (Int) -> Int,
    face: @escaping @Sendable (Int) -> Face?
  ) {
    self.segments = segments
    sourceIndices = sourceIndex
    faces = face
  }

  public func sourceIndex(atFrame index: Int) -> Int { sourceIndices(index) }

  /// The face in the picture that output frame `index` shows; nil passes the frame through.
  public func face(atFrame index: Int) -> Face? { faces(sourceIndices(index)) }

  /// Output frames that show a face.
  public var framesWithFace: Int { (0..<segments.frameCount).count { face(atFrame: $0) != nil } }
}
