public import MediaTypes

/// What can go wrong while faces are looked for.
public enum FaceError: AvatarError, Equatable {
  /// The face detector could not be made, or failed.
  case detector(reason: String)
  /// A landmark network's configuration does not describe one that fits this program.
  case configuration(reason: String)
  /// The landmark network's output is not finite.
  case notFinite

  public var description: String {
    switch self {
    case .detector(let reason):
      "the face detector failed, \(reason): check the libraries with 'avatar doctor'"
    case .configuration(let reason):
      "unusable landmark network, \(reason): check the model's config.json"
    case .notFinite:
      "the landmark network gave values that are not finite: check the model with 'avatar doctor'"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .configuration: .badInput
    case .detector, .notFinite: .internalError
    }
  }
}
