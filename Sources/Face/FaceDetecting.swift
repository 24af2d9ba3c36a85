public import MediaTypes

/// A face that a detector found.
public struct DetectedFace: Hashable, Sendable {
  public var square: FaceSquare
  /// How sure the detector is; 0 is its threshold.
  public var score: Double

  public init(square: FaceSquare, score: Double) {
    self.square = square
    self.score = score
  }
}

/// Finds faces in single pictures.
public protocol FaceDetecting: Sendable {
  /// All faces of a picture, the surest first.
  func faces(in frame: Frame) throws -> [DetectedFace]

  /// Faces near a known one, which may be turned; quicker than searching the whole picture.
  func faces(in frame: Frame, around known: FaceSquare) throws -> [DetectedFace]
}
