public import MediaTypes

/// What can go wrong while faces are looked for.
public enum FaceError: AvatarError, Equatable {
  /// The face detector could not be made, or failed.
  case detector(reason: String)
  /// A landmark network's configuration does not describe one that fits this program.
  case configuration(reason: String)
  /// The landmark network's output is not finite.
  case notFinite
  /// A face was chosen by a number that none has.
  case noSuchPerson(number: Int, count: Int)

  public var description: String {
    switch self {
    case .detector(let reason):
      "the face detector failed, \(reason): check the libraries with 'avatar doctor'"
    case .configuration(let reason):
      "unusable landmark network, \(reason): check the model's config.json"
    case .notFinite:
      "the landmark network gave values that are not finite: check the model with 'avatar doctor'"
    case .noSuchPerson(let number, let count):
      count == 0
        ? "face \(number): no face was found: give a picture with a visible, upright face"
        : "face \(number): only \(count) \(count == 1 ? "face was" : "faces were") found: "
          + "use \(count == 1 ? "1" : "1 to \(count)"), and see them with 'avatar inspect'"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .configuration, .noSuchPerson: .badInput
    case .detector, .notFinite: .internalError
    }
  }
}
