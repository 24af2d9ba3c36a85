public import Weights

/// The shape of a conditioned UNet, as diffusers writes it to `config.json`.
public struct UNetConfiguration: Sendable, Equatable, Decodable {
  /// One number for all levels, or one for each.
  public enum PerLevel: Sendable, Equatable, Decodable {
    case all(Int)
    case each([Int])

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Int.self) {
        self = .all(value)
      } else {
        self = .each(try container.decode([Int].self))
      }
    }

    subscript(_ level: Int) -> Int {
      switch self {
      case .all(let value): value
      case .each(let values): values[level]
      }
    }

    func isValid(levels: Int) -> Bool {
      switch self {
      case .all(let value): value > 0
      case .each(let values): values.count == levels && values.allSatisfy { $0 > 0 }
      }
    }
  }

  public enum DownBlock: String, Sendable, Decodable {
    case plain = "DownBlock2D"
    case crossAttention = "CrossAttnDownBlock2D"
  }

  public enum UpBlock: String, Sendable, Decodable {
    case plain = "UpBlock2D"
    case crossAttention = "CrossAttnUpBlock2D"
  }

  public var inputChannels: Int
  public var outputChannels: Int
  public var blockOutputChannels: [Int]
  public var downBlocks: [DownBlock]
  public var upBlocks: [UpBlock]
  public var layersPerBlock: PerLevel
  /// Number of attention heads: the published name, `attention_head_dim`, is a misnomer.
  public var heads: PerLevel
  public var crossAttentionWidth: PerLevel
  public var transformerLayersPerBlock: PerLevel
  public var groups: Int
  public var epsilon: Float
  public var cosineFirst: Bool
  public var frequencyShift: Double
  public var linearProjection: Bool
  public var timeChannels: Int
  public var firstKernel: Int
  public var lastKernel: Int

  enum CodingKeys: String, CodingKey, CaseIterable {
    case inputChannels = "in_channels"
    case outputChannels = "out_channels"
    case blockOutputChannels = "block_out_channels"
    case downBlocks = "down_block_types"
    case upBlocks = "up_block_types"
    case layersPerBlock = "layers_per_block"
    case heads = "attention_head_dim"
    case crossAttentionWidth = "cross_attention_dim"
    case transformerLayersPerBlock = "transformer_layers_per_block"
    case groups = "norm_num_groups"
    case epsilon = "norm_eps"
    case cosineFirst = "flip_sin_to_cos"
    case frequencyShift = "freq_shift"
    case linearProjection = "use_linear_projection"
    case timeChannels = "time_embedding_dim"
    case firstKernel = "conv_in_kernel"
    case lastKernel = "conv_out_kernel"
  }

  /// Fields that are absent have diffusers' default values.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func value<Value: Decodable>(_ key: CodingKeys, _ standard: Value) throws -> Value {
      try container.decodeIfPresent(Value.self, forKey: key) ?? standard
    }
    inputChannels = try value(.inputChannels, 4)
    outputChannels = try value(.outputChannels, 4)
    blockOutputChannels = try value(.blockOutputChannels, [320, 640, 1280, 1280])
    downBlocks = try value(
      .downBlocks, [.crossAttention, .crossAttention, .crossAttention, .plain])
    upBlocks = try value(.upBlocks, [.plain, .crossAttention, .crossAttention, .crossAttention])
    layersPerBlock = try value(.layersPerBlock, .all(2))
    heads = try value(.heads, .all(8))
    crossAttentionWidth = try value(.crossAttentionWidth, .all(1280))
    transformerLayersPerBlock = try value(.transformerLayersPerBlock, .all(1))
    groups = try value(.groups, 32)
    epsilon = try value(.epsilon, 1e-5)
    cosineFirst = try value(.cosineFirst, true)
    frequencyShift = try value(.frequencyShift, 0)
    linearProjection = try value(.linearProjection, false)
    timeChannels = try value(.timeChannels, 4 * (blockOutputChannels.first ?? 0))
    firstKernel = try value(.firstKernel, 3)
    lastKernel = try value(.lastKernel, 3)
  }

  /// Reads and checks a configuration.
  ///
  /// Throws `WeightsError.configuration` for fields that ask for another network than this one can be, and for sizes
  /// that do not go together.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(UNetConfiguration.self)
    if let problem = Self.unsupportedField(file.fields) ?? inconsistency {
      throw .configuration(file: file.name, reason: problem)
    }
  }

  var levels: Int { blockOutputChannels.count }
}
