import Compute
public import Weights

/// What tokens mean to a text encoder, one vector a token.
public struct TokenEmbeddings: Sendable {
  public let width: Int
  private let table: HostTensor

  /// Takes the table from a text encoder's tensors.
  ///
  /// - Throws: `WeightsError.missing` or `.shape`.
  public init(
    _ weights: WeightScope, checkpoint: Checkpoint, configuration: CLIPTextConfiguration
  ) throws(WeightsError) {
    let scope = CLIPTextEncoder.model(in: weights)["embeddings.token_embedding"]
    width = configuration.width
    _ = try scope.tensor("weight", shape: [configuration.vocabularySize, width])
    table = try checkpoint.tensor(scope.key("weight"))
  }

  public var count: Int { table.shape[0] }

  /// The vector of token `id`, which must be below `count`.
  public subscript(id: Int) -> ArraySlice<Float> {
    table.values[(id * width)..<((id + 1) * width)]
  }
}
