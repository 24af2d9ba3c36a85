/// Captions of a video, and how they come with it.
public struct CaptionRequest: Sendable, Hashable {
  public enum Style: String, Sendable, CaseIterable {
    /// A text track that players can show or hide.
    case track
    /// A copy of the file beside the video, which players find by its name.
    case sidecar
    /// Drawn into the picture.
    case burn
  }

  /// An SRT or WebVTT file.
  public var path: String
  public var style = Style.track

  public init(_ path: String) { self.path = path }
}
