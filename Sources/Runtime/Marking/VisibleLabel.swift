import Digests
import Lettering
import MediaTypes

/// A mark in the picture that says that it is AI-generated, as GB 45438-2025 asks of video.
public struct VisibleLabel: Sendable, Hashable {
  public enum Position: String, Sendable, CaseIterable {
    case topLeft = "top-left"
    case topRight = "top-right"
    case bottomLeft = "bottom-left"
    case bottomRight = "bottom-right"
  }

  /// Drawn as it is; a line feed begins a line.
  public var text: String
  public var position = Position.topLeft
  /// How long it is shown from the start on; nil is the whole video.
  public var seconds: Double?

  public init(_ text: String) { self.text = text }

  /// The part of a job's key that stands for the label: what is asked, and the drawn letters, which other fonts would change.
  ///
  /// - Throws: `LetteringError`, 69, where no font has a character.
  func key() throws -> String {
    var hash = SHA256()
    try Lettering(text, capitalHeight: 32).boxed(padding: 0).samples.withUnsafeBytes {
      hash.update($0)
    }
    let time = seconds.map { "\($0)" } ?? "all"
    return "visible label \(JSONText.quoted(text)) \(position.rawValue) \(time) \(hash.finish())"
  }
}
