public import Weights

/// The shape of CLIP's text encoder, as transformers writes it to `config.json`.
public struct CLIPTextConfiguration: Sendable, Equatable, Decodable {
  public var vocabularySize = 49_408
  public var width = 768
  public var feedForwardWidth = 3072
  public var layers = 12
  public var heads = 12
  /// Tokens of one chunk, with its begin and end.
  public var positions = 77
  public var activation = CLIPActivation.quickGELU
  public var epsilon: Float = 1e-5

  enum CodingKeys: String, CodingKey {
    case vocabularySize = "vocab_size"
    case width = "hidden_size"
    case feedForwardWidth = "intermediate_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case positions = "max_position_embeddings"
    case activation = "hidden_act"
    case epsilon = "layer_norm_eps"
  }

  /// CLIP ViT-L/14's, which Stable Diffusion 1.x was trained with.
  public init() {}

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try container.read(.vocabularySize, into: &vocabularySize)
    try container.read(.width, into: &width)
    try container.read(.feedForwardWidth, into: &feedForwardWidth)
    try container.read(.layers, into: &layers)
    try container.read(.heads, into: &heads)
    try container.read(.positions, into: &positions)
    try container.read(.activation, into: &activation)
    try container.read(.epsilon, into: &epsilon)
  }

  /// Reads and checks a configuration.
  ///
  /// - Throws: `WeightsError.configuration` for sizes that do not go together.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(CLIPTextConfiguration.self)
    let sizes = [vocabularySize, width, feedForwardWidth, layers, heads, positions]
    guard sizes.allSatisfy((1...1_000_000).contains), width % heads == 0, positions > 2 else {
      throw .configuration(
        file: file.name, reason: "its sizes \(sizes) are not those of a CLIP text encoder")
    }
  }
}
