public import Face
public import MediaTypes

/// Repaints the mouth of one face so that it shows a moment of speech: the seam between lip-sync models.
///
/// A painter changes nothing outside its own window around the mouth, and gives the same bytes for the same input whatever
/// was painted before.
public protocol MouthPainter: AnyObject {
  /// What the painter is told about the sound at one frame.
  associatedtype Speech: Sendable

  /// The source's own picture `frame` with its `face` showing `speech`.
  ///
  /// Throws what the painter's device throws.
  func paint(_ frame: Frame, face: TrackedFace, speech: Speech) throws -> Frame
}
