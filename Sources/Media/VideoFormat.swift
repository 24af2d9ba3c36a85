import MediaTypes

/// Files that finished video comes in, each with its codecs; told by a name's ending.
public enum VideoFormat: String, Hashable, Sendable, CustomStringConvertible {
  /// H.264 and AAC.
  case mp4
  /// ProRes 4444 and AAC.
  case mov
  /// VP9 and Opus.
  case webm

  /// The format of an output named `path`: MP4 for endings that are none.
  public init(path: String) {
    self = VideoFormat(rawValue: FilePath.pathExtension(of: path).lowercased()) ?? .mp4
  }

  public var description: String { rawValue }

  /// Whether pictures can be transparent.
  public var holdsAlpha: Bool { self != .mp4 }

  /// Pictures that the codec may hold back to put them in order; part of every time stamp, so it is fixed.
  var reorderDelay: Int { self == .mp4 ? 2 : 0 }

  var soundCodec: SoundCodec { self == .webm ? .opus : .aac }
}
