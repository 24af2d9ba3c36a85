public import MediaTypes

/// Why weights or a configuration cannot be used, or tensors not be written.
public enum WeightsError: AvatarError, Equatable {
  /// The file is not there, or may not be read.
  case unreadable(file: String, reason: String)
  /// The file is not an intact file of weights in a format that is read.
  case malformed(file: String, reason: String)
  /// The network needs a tensor that the file lacks.
  case missing(file: String, key: String)
  /// The file lacks a tensor and most of what the network needs; `impression` says what it seems to be instead.
  case foreign(file: String, key: String, impression: String)
  /// A tensor has another shape than the network needs.
  case shape(file: String, key: String, expected: [Int], found: [Int])
  /// A tensor's numbers are of a kind that cannot be read as weights.
  case type(file: String, key: String, found: String)
  /// A tensor of variances holds negative numbers.
  case negativeVariance(file: String, key: String)
  /// The file holds tensors that the network does not know; `keys` are the first few of `total`.
  case unused(file: String, keys: [String], total: Int)
  /// A configuration asks for something that the network cannot do, or does not say what it must.
  case configuration(file: String, reason: String)
  /// The output file cannot be created.
  case cannotCreate(file: String, reason: String)
  /// The output file could not be written to its end.
  case writeFailed(file: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read weights, \(file): \(reason): check the path and its permissions"
    case .malformed(let file, let reason):
      "unusable weights, \(file): \(reason)"
    case .missing(let file, let key):
      "missing tensor \"\(key)\", \(file): use weights that fit the configuration"
    case .foreign(let file, let key, let impression):
      "missing tensor \"\(key)\", \(file): \(impression): use the weights of this network"
    case .shape(let file, let key, let expected, let found):
      "tensor \"\(key)\" is \(found) instead of \(expected), \(file): "
        + "use weights that fit the configuration"
    case .type(let file, let key, let found):
      "tensor \"\(key)\" is of type \(found), \(file): convert it to F32, F16 or BF16"
    case .negativeVariance(let file, let key):
      "tensor \"\(key)\" holds negative variances, \(file): get intact weights"
    case .unused(let file, let keys, let total):
      "\(total) tensors do not belong to the network (\(keys.joined(separator: ", "))"
        + "\(total > keys.count ? ", ..." : "")), \(file): use weights that fit the configuration"
    case .configuration(let file, let reason):
      "unusable configuration, \(file): \(reason)"
    case .cannotCreate(let file, let reason):
      "cannot create the output, \(file): \(reason): choose another place"
    case .writeFailed(let file, let reason):
      "cannot write the output, \(file): \(reason): free some space and run again"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .unreadable: .missingInput
    case .cannotCreate: .cannotCreateOutput
    case .writeFailed: .inputOutputError
    default: .badInput
    }
  }
}
