/// An error that a person reads: one line, and the exit code that the command ends with.
///
/// `description` says what went wrong, where, and what to do, without a trailing full stop.
public protocol AvatarError: Error, CustomStringConvertible {
  var exitCode: ExitCode { get }
}

/// The program's documented exit codes (after sysexits.h).
public enum ExitCode: Int32, Sendable, CaseIterable {
  case success = 0
  case someFailed = 1
  case usage = 64
  case badInput = 65
  case missingInput = 66
  case modelNotInstalled = 69
  case internalError = 70
  case cannotCreateOutput = 73
  case inputOutputError = 74
  case tryAgainLater = 75
  case interrupted = 130
  case terminated = 143
}
