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
  /// Sizes of the inputs' free axes, by name, usual in the published pipeline; a batch "B" needs none.
  var publishedSizes: [String: Int] { get }
  /// Builds it from the files of `source`; nil stands for its published sizes and random weights.
  func open(_ source: NetworkSource?) throws -> OpenedNetwork
}

extension CatalogedNetwork {
  var isEmbedded: Bool { false }
  var publishedSizes: [String: Int] { [:] }
}

/// A network with its weights, ready to be recorded for inputs of given sizes.
struct OpenedNetwork {
  let inputs: [TensorSpecification]
  let outputs: [TensorSpecification]
  /// The tensors that it took from its files.
  let parameters: [NetworkDescription.Parameter]
  /// Records it for inputs of the given shapes, which fit `inputs`.
  let plan: (_ shapes: [String: [Int]]) -> Plan
}

extension WeightScope {
  /// What was taken from here, for a description.
  var parameters: [NetworkDescription.Parameter] {
    requirements.map { .init(key: $0.key, shape: $0.shape) }
  }
}
