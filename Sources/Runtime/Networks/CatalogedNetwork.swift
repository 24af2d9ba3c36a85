import Compute
import Weights

/// A network that can be run alone, on given tensors.
protocol CatalogedNetwork: Sendable {
  /// As the command line names it.
  var name: String { get }
  /// What it does, in one line.
  var summary: String { get }
  /// Whether the program carries its weights.
  var isEmbedded: Bool { get }
  /// Builds it; `source` says from which files.
  func open(_ source: NetworkSource) throws -> OpenedNetwork
}

extension CatalogedNetwork {
  var isEmbedded: Bool { false }
}

/// A network with its weights, ready to be recorded for inputs of given sizes.
struct OpenedNetwork {
  let inputs: [TensorSpecification]
  let outputs: [TensorSpecification]
  /// What it took from its files.
  let requirements: [WeightScope.Requirement]
  /// Declares the network's inputs with the given shapes, and its outputs.
  let record: (_ recorder: PlanRecorder, _ shapes: [String: [Int]]) -> Void
}

extension PlanRecorder {
  /// Declares the input `name` with its shape in `shapes`.
  func input(_ name: String, from shapes: [String: [Int]]) -> Tensor {
    guard let shape = shapes[name] else { preconditionFailure("no shape for input \(name)") }
    return input(name, shape)
  }
}
