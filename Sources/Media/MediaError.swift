import Glibc
public import MediaTypes

/// What went wrong with a file: one line "what, where: what to do", and the exit code it leads to.
public struct MediaError: AvatarError, Hashable {
  public let description: String
  public let exitCode: ExitCode

  init(_ exitCode: ExitCode, _ what: String, _ path: String, _ advice: String) {
    self.exitCode = exitCode
    let line = "\(what), \(path): \(advice)"
    description = String(line.map { $0.isNewline ? " " : $0 })
  }

  /// The file is there but cannot be used (65).
  static func unusable(_ path: String, _ what: String, _ advice: String) -> MediaError {
    MediaError(.badInput, what, path, advice)
  }

  /// A call that reads failed with the system's error number.
  static func reading(_ path: String, errno code: Int32) -> MediaError {
    switch code {
    case ENOENT, ENOTDIR:
      MediaError(.missingInput, "no such file", path, "check the path")
    case EACCES, EPERM:
      MediaError(.missingInput, "no permission to read", path, "check the file's mode and owner")
    case EIO:
      MediaError(.inputOutputError, "reading failed", path, "check the disk")
    default:
      MediaError(.missingInput, "cannot read (\(systemMessage(code)))", path, "check the file")
    }
  }

  /// A call that writes failed with the system's error number.
  static func writing(_ path: String, errno code: Int32) -> MediaError {
    switch code {
    case ENOSPC, EDQUOT, EFBIG:
      MediaError(.inputOutputError, "disk full", path, "free some space and run again")
    case EIO:
      MediaError(.inputOutputError, "writing failed", path, "check the disk")
    case EEXIST:
      MediaError(
        .cannotCreateOutput, "output exists", path, "remove it, choose another name or use --force")
    case ENOENT, ENOTDIR:
      MediaError(.cannotCreateOutput, "no such folder", path, "create the folder first")
    case EACCES, EPERM, EROFS:
      MediaError(
        .cannotCreateOutput, "no permission to write", path, "choose a folder that you can write")
    default:
      MediaError(
        .cannotCreateOutput, "cannot write (\(systemMessage(code)))", path, "choose another place")
    }
  }

  private static func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
}
