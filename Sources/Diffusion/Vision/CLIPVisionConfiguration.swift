public import Weights

/// The shape of CLIP's picture encoder, as transformers writes it to `config.json`.
public struct CLIPVisionConfiguration: Sendable, Equatable, Decodable {
  public var width = 1280
  public var feedForwardWidth = 5120
  public var layers = 32
  public var heads = 16
  /// Pixels of the square picture's side.
  public var pictureSize = 224
  /// Pixels of a patch's side.
  public var patchSize = 14
  /// Width of a picture's embedding.
  public var projectionWidth = 1024
  public var activation = CLIPActivation.gelu
  public var epsilon: Float = 1e-5

  enum CodingKeys: String, CodingKey {
    case width = "hidden_size"
    case feedForwardWidth = "intermediate_size"
    case layers = "num_hidden_layers"
    case heads = "num_attention_heads"
    case pictureSize = "image_size"
    case patchSize = "patch_size"
    case projectionWidth = "projection_dim"
    case activation = "hidden_act"
    case epsilon = "layer_norm_eps"
  }

  /// CLIP ViT-H/14's, which IP-Adapters for Stable Diffusion 1.x were trained with.
  public init() {}

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try container.read(.width, into: &width)
    try container.read(.feedForwardWidth, into: &feedForwardWidth)
    try container.read(.layers, into: &layers)
    try container.read(.heads, into: &heads)
    try container.read(.pictureSize, into: &pictureSize)
    try container.read(.patchSize, into: &patchSize)
    try container.read(.projectionWidth, into: &projectionWidth)
    try container.read(.activation, into: &activation)
    try container.read(.epsilon, into: &epsilon)
  }

  /// Reads and checks a configuration.
  ///
  /// - Throws: `WeightsError.configuration` for sizes that do not go together.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(CLIPVisionConfiguration.self)
    let sizes = [width, feedForwardWidth, layers, heads, pictureSize, patchSize, projectionWidth]
    guard sizes.allSatisfy((1...100_000).contains), width % heads == 0,
      pictureSize % patchSize == 0
    else {
      throw .configuration(
        file: file.name, reason: "its sizes \(sizes) are not those of a CLIP picture encoder")
    }
  }

  /// Patches along a side.
  var patches: Int { pictureSize / patchSize }
}
