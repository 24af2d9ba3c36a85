public import MediaTypes

/// What a landmark network says about one crop.
public struct LandmarkReading: Hashable, Sendable {
  public var landmarks: Landmarks
  /// The probability that there is a face in the crop.
  public var presence: Double

  public init(landmarks: Landmarks, presence: Double) {
    self.landmarks = landmarks
    self.presence = presence
  }

  /// How far to believe the points: presence, lowered where they do not lie as a face's do.
  public var trust: Double {
    presence * (1 - smoothstep(0.11, 0.2, landmarks.layoutError))
  }
}

/// Finds the landmarks of one face whose place is roughly known.
public protocol LandmarkFinding: Sendable {
  /// Looks at `square.landmarkCrop` of the picture.
  func landmarks(in frame: Frame, square: FaceSquare) throws -> LandmarkReading
}

/// 0 below `low`, 1 above `high`, smooth between.
func smoothstep(_ low: Double, _ high: Double, _ value: Double) -> Double {
  let t = min(max((value - low) / (high - low), 0), 1)
  return t * t * (3 - 2 * t)
}
