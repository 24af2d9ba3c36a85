public import MediaTypes

/// What can go wrong above the modules: wrong requests, missing models, outputs that can't be made.
public struct RuntimeError: AvatarError, Equatable {
  public let description: String
  public let exitCode: ExitCode

  public init(_ description: String, exitCode: ExitCode) {
    self.description = description
    self.exitCode = exitCode
  }

  static func usage(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .usage)
  }
  static func badInput(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .badInput)
  }
  static func missing(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .missingInput)
  }
  static func cannotCreate(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .cannotCreateOutput)
  }
  static func inputOutput(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .inputOutputError)
  }
  static func notInstalled(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .modelNotInstalled)
  }
  static func internalError(_ description: String) -> RuntimeError {
    RuntimeError(description, exitCode: .internalError)
  }
}
