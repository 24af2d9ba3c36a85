public import MediaTypes

/// Why a plan could not be compiled, run or exported.
public enum ComputeError: AvatarError, Equatable {
  /// A constant's values could not be read, or their number does not fit its shape.
  case constant(plan: String, shape: [Int], reason: String, exitCode: ExitCode)
  /// A run was given no tensor for an input of the plan.
  case missingInput(plan: String, name: String)
  /// A run was given a tensor whose name or position the plan does not know.
  case unknownInput(plan: String, name: String)
  /// An input or output tensor has another shape than the plan declares.
  case shape(plan: String, name: String, expected: [Int], found: [Int])
  /// The device or this CPU cannot do what was asked for.
  case unsupported(plan: String, what: String)
  /// Memory for the plan's activations or weights is not to be had.
  case outOfMemory(plan: String, bytes: Int)
  /// A library that the device calls reported a failure.
  case library(plan: String, call: String, status: Int)
  /// The output file cannot be created.
  case cannotCreate(file: String, reason: String)
  /// The output file could not be written to its end.
  case writeFailed(file: String, reason: String)

  public var description: String {
    switch self {
    case .constant(let plan, let shape, let reason, _):
      "cannot read a weight of shape \(shape), \(plan): \(reason)"
    case .missingInput(let plan, let name):
      "missing input, \(plan): give a tensor named \"\(name)\""
    case .unknownInput(let plan, let name):
      "unknown input, \(plan): remove the tensor named \"\(name)\""
    case .shape(let plan, let name, let expected, let found):
      "wrong shape \(found), tensor \"\(name)\" of \(plan): give \(expected)"
    case .unsupported(let plan, let what):
      "cannot compute, \(plan): \(what)"
    case .outOfMemory(let plan, let bytes):
      "not enough memory, \(plan): free \(bytes / 1_048_576 + 1) MiB or use a smaller picture"
    case .library(let plan, let call, let status):
      "failure inside a library, \(plan): \(call) returned \(status)"
    case .cannotCreate(let file, let reason):
      "cannot create the output, \(file): \(reason)"
    case .writeFailed(let file, let reason):
      "cannot write the output, \(file): \(reason)"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .constant(_, _, _, let exitCode): exitCode
    case .missingInput, .unknownInput, .shape: .badInput
    case .unsupported, .outOfMemory, .library: .internalError
    case .cannotCreate: .cannotCreateOutput
    case .writeFailed: .inputOutputError
    }
  }
}
