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
      case .all(let value): (1...65_536).contains(value)
      case .each(let values): values.count == levels && values.allSatisfy((1...65_536).contains)
      }
    }
  }

  public enum DownBlock: String, Sendable, Decodable {
    case plain = "DownBlock2D"
    case crossAttention = "CrossAttnDownBlock2D"

    public init(from decoder: any Decoder) throws { self = try decoder.blockName() }
  }

  public enum UpBlock: String, Sendable, Decodable {
    case plain = "UpBlock2D"
    case crossAttention = "CrossAttnUpBlock2D"

    public init(from decoder: any Decoder) throws { self = try decoder.blockName() }
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
  /// What keeps the first and the third norm of a transformer block from dividing by zero.
  ///
  /// No file has it: it is 1e-5 in diffusers, and 0 in MuseV, which hands its blocks another argument in its place.
  public var tokenEpsilon: Float
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

  /// The sizes of MuseTalk's UNet, versions 1.0 and 1.5.
  public static let museTalk: UNetConfiguration = {
    var configuration = UNetConfiguration()
    configuration.inputChannels = 8
    configuration.crossAttentionWidth = .all(384)
    return configuration
  }()

  /// The sizes of Stable Diffusion 1.x's UNet.
  public static let stableDiffusion1: UNetConfiguration = {
    var configuration = UNetConfiguration()
    configuration.crossAttentionWidth = .all(768)
    return configuration
  }()

  /// diffusers' defaults, which are Stable Diffusion 1.x but for the width of the context.
  public init() {
    inputChannels = 4
    outputChannels = 4
    blockOutputChannels = [320, 640, 1280, 1280]
    downBlocks = [.crossAttention, .crossAttention, .crossAttention, .plain]
    upBlocks = [.plain, .crossAttention, .crossAttention, .crossAttention]
    layersPerBlock = .all(2)
    heads = .all(8)
    crossAttentionWidth = .all(1280)
    transformerLayersPerBlock = .all(1)
    groups = 32
    epsilon = 1e-5
    cosineFirst = true
    frequencyShift = 0
    linearProjection = false
    tokenEpsilon = 1e-5
    timeChannels = 1280
    firstKernel = 3
    lastKernel = 3
  }

  /// Width of the context where the deepest level reads it.
  public var contextWidth: Int { crossAttentionWidth[levels - 1] }

  /// Width of the deepest block's picture.
  public var middleChannels: Int { blockOutputChannels[levels - 1] }

  /// Fields that are absent have diffusers' default values.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try container.read(.inputChannels, into: &inputChannels)
    try container.read(.outputChannels, into: &outputChannels)
    try container.read(.blockOutputChannels, into: &blockOutputChannels)
    try container.read(.downBlocks, into: &downBlocks)
    try container.read(.upBlocks, into: &upBlocks)
    try container.read(.layersPerBlock, into: &layersPerBlock)
    try container.read(.heads, into: &heads)
    try container.read(.crossAttentionWidth, into: &crossAttentionWidth)
    try container.read(.transformerLayersPerBlock, into: &transformerLayersPerBlock)
    try container.read(.groups, into: &groups)
    try container.read(.epsilon, into: &epsilon)
    try container.read(.cosineFirst, into: &cosineFirst)
    try container.read(.frequencyShift, into: &frequencyShift)
    try container.read(.linearProjection, into: &linearProjection)
    timeChannels = (blockOutputChannels.first ?? 0).multipliedReportingOverflow(by: 4).partialValue
    try container.read(.timeChannels, into: &timeChannels)
    try container.read(.firstKernel, into: &firstKernel)
    try container.read(.lastKernel, into: &lastKernel)
  }

  /// Reads and checks a configuration.
  ///
  /// Throws `WeightsError.configuration` for fields that ask for another network than this one can be, and for sizes
  /// that do not go together.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    try self.init(file, className: "UNet2DConditionModel")
  }

  /// A configuration of another class that is shaped like a UNet, which has the fields `ignored` too.
  ///
  /// An encoder is the first half of a UNet, and its file may be silent about the second.
  init(
    _ file: ConfigurationFile, className: String, isEncoder: Bool = false, ignored: [String] = [],
    harmless: [String: Set<JSONValue>] = [:]
  ) throws(WeightsError) {
    self = try file.decode(UNetConfiguration.self)
    if isEncoder && file.fields["up_block_types"] == nil {
      upBlocks = downBlocks.reversed().map { $0 == .plain ? .plain : .crossAttention }
    }
    let problem = Self.unsupportedField(
      file, className: className, ignored: ignored, harmless: harmless)
    if let problem = problem ?? inconsistency {
      throw .configuration(file: file.name, reason: problem)
    }
  }

  var levels: Int { blockOutputChannels.count }

  /// Widths of the pictures on the way down, the first convolution's included.
  public var downChannels: [Int] {
    let widths = (0..<levels).flatMap { level in
      // Every level but the last ends with a halving.
      Array(
        repeating: blockOutputChannels[level],
        count: layersPerBlock[level] + (level == levels - 1 ? 0 : 1))
    }
    return [blockOutputChannels[0]] + widths
  }
}

extension Decoder {
  /// A kind of block; MuseV's files name the same ones "3D".
  fileprivate func blockName<Block: RawRepresentable<String>>() throws -> Block {
    let container = try singleValueContainer()
    let name = try container.decode(String.self)
    let flat = name.hasSuffix("3D") ? name.dropLast(2) + "2D" : name[...]
    guard let block = Block(rawValue: String(flat)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\(name) is not supported")
    }
    return block
  }
}
