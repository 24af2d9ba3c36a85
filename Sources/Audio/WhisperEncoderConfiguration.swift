public import Weights

/// The shape of a Whisper encoder, as transformers writes it to `config.json`.
///
/// The file describes the decoder too; its fields are none of the encoder's business.
public struct WhisperEncoderConfiguration: Sendable, Equatable, Decodable {
  public var width: Int
  public var layers: Int
  public var heads: Int
  public var feedForwardWidth: Int
  /// Number of states that come out, one every 20 ms: half as many as mel frames go in.
  public var positions: Int
  public var melBins: Int

  enum CodingKeys: String, CodingKey {
    case width = "d_model"
    case layers = "encoder_layers"
    case heads = "encoder_attention_heads"
    case feedForwardWidth = "encoder_ffn_dim"
    case positions = "max_source_positions"
    case melBins = "num_mel_bins"
  }

  /// The sizes of openai/whisper-tiny.
  public static let tiny = WhisperEncoderConfiguration(
    width: 384, layers: 4, heads: 6, feedForwardWidth: 1536, positions: 1500, melBins: 80)

  /// An encoder of the given sizes.
  public init(
    width: Int, layers: Int, heads: Int, feedForwardWidth: Int, positions: Int, melBins: Int
  ) {
    self.width = width
    self.layers = layers
    self.heads = heads
    self.feedForwardWidth = feedForwardWidth
    self.positions = positions
    self.melBins = melBins
  }

  /// Reads and checks a configuration.
  ///
  /// Throws `WeightsError.configuration` for sizes that do not go together, and for fields that ask for another encoder
  /// than this one.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(WhisperEncoderConfiguration.self)
    if let problem = Self.unsupportedField(file.fields) ?? inconsistency {
      throw .configuration(file: file.name, reason: problem)
    }
  }

  private static func unsupportedField(_ fields: [String: JSONValue]) -> String? {
    if let activation = fields["activation_function"], activation != .string("gelu") {
      return "\"activation_function\" is \(activation), only \"gelu\" is supported"
    }
    return nil
  }

  private var inconsistency: String? {
    let sizes: [(String, Int)] = [
      ("d_model", width), ("encoder_attention_heads", heads),
      ("encoder_ffn_dim", feedForwardWidth), ("max_source_positions", positions),
      ("num_mel_bins", melBins), ("encoder_layers", layers),
    ]
    if let (key, size) = sizes.first(where: { !(1...65_536).contains($1) }) {
      return "\"\(key)\" is \(size)"
    }
    return width % heads == 0
      ? nil : "\(heads) heads (\"encoder_attention_heads\") do not divide \(width) (\"d_model\")"
  }
}
