import MediaTypes

/// Why an attempt failed, as far as it matters for trying again.
public enum FailureClass: String, Sendable, Codable, CaseIterable {
  case usage
  case badInput
  case missingInput
  case missingModel
  case cannotCreateOutput
  case inputOutput
  case timeout
  /// The process that did the job died.
  case crash
  case internalError
  /// A job that it needs failed.
  case need

  /// Whether the same attempt may go well later.
  public var mayPass: Bool {
    switch self {
    case .inputOutput, .timeout, .crash, .internalError: true
    case .usage, .badInput, .missingInput, .missingModel, .cannotCreateOutput, .need: false
    }
  }
}

extension JobFailure {
  /// The class that the exit code stands for.
  public var failureClass: FailureClass {
    switch ExitCode(rawValue: exitCode) {
    case .usage: .usage
    case .badInput, .someFailed: .badInput
    case .missingInput: .missingInput
    case .modelNotInstalled: .missingModel
    case .cannotCreateOutput: .cannotCreateOutput
    case .inputOutputError, .tryAgainLater: .inputOutput
    case .internalError, .interrupted, .terminated, .success, nil: .internalError
    }
  }
}
