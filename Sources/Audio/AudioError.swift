import Glibc
public import MediaTypes

/// What is wrong with sound or with the model that reads it: one line "what, where: what to do", and an exit code.
public struct AudioError: AvatarError, Hashable {
  public let description: String
  public let exitCode: ExitCode

  init(_ exitCode: ExitCode, _ what: String, _ path: String, _ advice: String) {
    self.exitCode = exitCode
    description = String("\(what), \(path): \(advice)".map { $0.isNewline ? " " : $0 })
  }

  /// The file is there but cannot be used as sound (65).
  static func unusable(_ path: String, _ what: String, _ advice: String) -> AudioError {
    AudioError(.badInput, what, path, advice)
  }

  /// A call that reads failed with the system's error number.
  static func reading(_ path: String, errno code: Int32) -> AudioError {
    switch code {
    case ENOENT, ENOTDIR:
      AudioError(.missingInput, "no such file", path, "check the path")
    case EACCES, EPERM:
      AudioError(.missingInput, "no permission to read", path, "check the file's mode and owner")
    case EIO:
      AudioError(.inputOutputError, "reading failed", path, "check the disk")
    default:
      AudioError(
        .missingInput, "cannot read (\(String(cString: strerror(code))))", path, "check the file")
    }
  }
}
