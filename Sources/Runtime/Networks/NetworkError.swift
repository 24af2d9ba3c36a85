public import MediaTypes

/// Why a network of the catalog cannot be described or run.
public enum NetworkError: AvatarError, Equatable {
  /// There is no network of this name.
  case unknown(name: String, known: [String])
  /// There is no precision of this name.
  case unknownPrecision(String)
  /// No weights were named, and none are in the program.
  case weightsNeeded(name: String)
  /// The folder holds no file that could be the network's.
  case notFound(folder: String, looked: [String])
  /// The folder holds several files that could be the network's weights.
  case severalFound(folder: String, files: [String])
  /// The file of inputs lacks a tensor, or has one that the network does not know.
  case inputNames(file: String, expected: [String], found: [String])
  /// An input tensor has another shape than the network takes.
  case inputShape(file: String, name: String, expected: String, found: [Int])
  /// An export was asked for an input that the network does not have.
  case unknownInput(name: String, expected: [String])
  /// An export was asked for a shape that the network does not take.
  case wantedShape(name: String, expected: String, found: [Int])
  /// The size of an input's free axis is neither given nor published.
  case openShape(name: String, shape: String)
  /// Random weights were asked for where the program has the real ones.
  case notRandom(name: String)

  public var description: String {
    switch self {
    case .unknown(let name, let known):
      "no network named \(name): choose one of \(known.joined(separator: ", "))"
    case .unknownPrecision(let name):
      "no precision named \(name): choose fp32, bf16 or auto"
    case .weightsNeeded(let name):
      "no weights for \(name) in this program: name a folder or file with --weights"
    case .notFound(let folder, let looked):
      "no weights found, \(folder): it holds none of \(looked.joined(separator: ", "))"
    case .severalFound(let folder, let files):
      "several files of weights, \(folder): name one of \(files.prefix(8).joined(separator: ", "))"
    case .inputNames(let file, let expected, let found):
      "wrong tensors, \(file): give \(expected.joined(separator: ", ")), not "
        + (found.isEmpty ? "nothing" : found.joined(separator: ", "))
    case .inputShape(let file, let name, let expected, let found):
      "tensor \"\(name)\" is \(found), \(file): give \(expected)"
    case .unknownInput(let name, let expected):
      "no input named \"\(name)\", --shapes: name one of \(expected.joined(separator: ", "))"
    case .wantedShape(let name, let expected, let found):
      "input \"\(name)\" cannot be \(found), --shapes: give \(expected), no more than 2 billion "
        + "numbers, and axes of one name one size"
    case .openShape(let name, let shape):
      "input \"\(name)\" has no usual size: give one for \(shape) with --shapes"
    case .notRandom(let name):
      "no random weights for \(name): its own are in the program: leave out --random"
    }
  }

  public var exitCode: ExitCode {
    switch self {
    case .unknown, .unknownPrecision, .weightsNeeded, .unknownInput, .wantedShape, .openShape,
      .notRandom:
      .usage
    case .notFound: .missingInput
    case .severalFound, .inputNames, .inputShape: .badInput
    }
  }
}
