public import MediaTypes

/// Repaints the mouths of faces so that they show moments of speech: the seam between lip-sync models.
///
/// A painter changes nothing outside its own window around the mouth, and gives the same bytes for the same moments
/// whatever was painted before.
public protocol MouthPainter: AnyObject {
  /// Where the face is in a picture.
  associatedtype Face: Sendable
  /// What the painter is told about the sound at one frame.
  associatedtype Speech: Sendable

  /// How many pictures it paints at once, where so many are there.
  var batchSize: Int { get }

  /// The pictures of one to `batchSize` `moments`, each with its face showing its speech.
  ///
  /// Throws what the painter's device throws.
  func paint(_ moments: [PaintingMoment<Face, Speech>]) throws -> [Frame]
}

/// One picture to be painted.
public struct PaintingMoment<Face: Sendable, Speech: Sendable>: Sendable {
  /// The source's own picture.
  public let frame: Frame
  /// What is painted on: that picture, perhaps with other faces painted already.
  public let canvas: Frame
  /// Which of the source's pictures it is.
  public let sourceIndex: Int
  public let face: Face
  public let speech: Speech

  /// Without a `canvas` it is the source's picture.
  public init(
    frame: Frame, canvas: Frame? = nil, sourceIndex: Int, face: Face, speech: Speech
  ) {
    self.frame = frame
    self.canvas = canvas ?? frame
    self.sourceIndex = sourceIndex
    self.face = face
    self.speech = speech
  }
}
