import Glibc
public import MediaTypes

/// Why a batch cannot be run.
public enum BatchError: AvatarError, Equatable {
  /// The process that does the jobs cannot be started.
  case cannotStartHost(program: String, number: Int32)
  /// It starts, and ends before it can do anything.
  case hostNeverReady(reason: String)

  public var description: String {
    switch self {
    case .cannotStartHost(let program, let number):
      "the jobs' process can't be started, \(program): \(String(cString: strerror(number)))"
    case .hostNeverReady(let reason):
      "the jobs' process ended three times before it was ready, by \(reason): try `avatar doctor`"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .cannotStartHost, .hostNeverReady: .internalError
    }
  }
}
