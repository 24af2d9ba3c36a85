public import Face

/// What every output frame shows: which source frame, and where its face is.
public struct RenderTimeline: Sendable {
  public let segments: SegmentPlan
  private let track: FaceTrack
  private let sourceIndices: @Sendable (Int) -> Int

  /// - Parameters:
  ///   - segments: How the output is cut.
  ///   - track: The face in every source frame.
  ///   - sourceIndex: The source frame that output frame `i` shows.
  public init(
    segments: SegmentPlan, track: FaceTrack, sourceIndex: @escaping @Sendable (Int) -> Int
  ) {
    self.segments = segments
    self.track = track
    sourceIndices = sourceIndex
  }

  public func sourceIndex(atFrame index: Int) -> Int { sourceIndices(index) }

  /// The face in the picture that output frame `index` shows; nil passes the frame through.
  public func face(atFrame index: Int) -> TrackedFace? { track[sourceIndices(index)] }

  /// Output frames that show a face.
  public var framesWithFace: Int { (0..<segments.frameCount).count { face(atFrame: $0) != nil } }
}
