import Glibc
public import MediaTypes

/// Why a batch cannot be run.
public enum BatchError: AvatarError, Equatable {
  /// The process that does the jobs cannot be started.
  case cannotStartHost(program: String, number: Int32)

  public var description: String {
    switch self {
    case .cannotStartHost(let program, let number):
      "the jobs' process can't be started, \(program): \(String(cString: strerror(number)))"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .cannotStartHost: .internalError
    }
  }
}
