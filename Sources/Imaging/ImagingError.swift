public import MediaTypes

/// What can go wrong while pictures are sampled and composed.
public enum ImagingError: AvatarError, Equatable {
  /// A painter's output contains values that are not numbers.
  case notFinite(what: String)
  /// Memory for a picture could not be had.
  case outOfMemory(width: Int, height: Int)

  public var description: String {
    switch self {
    case .notFinite(let what):
      "painted values are not finite, in the \(what): check the model's files with 'avatar doctor'"
    case .outOfMemory(let width, let height):
      "not enough memory, for a picture of \(width)x\(height): free some or use a smaller picture"
    }
  }

  public var exitCode: ExitCode { .internalError }
}
