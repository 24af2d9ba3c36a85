public import Weights

/// The shape of Stable Diffusion's autoencoder, as diffusers writes it to `config.json`.
public struct AutoencoderKLConfiguration: Sendable, Equatable, Decodable {
  public var inputChannels: Int
  public var outputChannels: Int
  public var blockOutputChannels: [Int]
  /// Residual blocks of each block of the encoder; the decoder's have one more.
  public var layersPerBlock: Int
  public var latentChannels: Int
  public var groups: Int
  /// What latents are multiplied by outside of the autoencoder, after `shiftFactor` is taken off.
  public var scalingFactor: Float
  public var shiftFactor: Float
  /// Whether a 1x1 convolution follows the encoder.
  public var usesQuantConv: Bool
  /// Whether a 1x1 convolution precedes the decoder.
  public var usesPostQuantConv: Bool
  public var middleAttends: Bool
  private var downBlocks: [String]
  private var upBlocks: [String]

  enum CodingKeys: String, CodingKey, CaseIterable {
    case inputChannels = "in_channels"
    case outputChannels = "out_channels"
    case blockOutputChannels = "block_out_channels"
    case layersPerBlock = "layers_per_block"
    case latentChannels = "latent_channels"
    case groups = "norm_num_groups"
    case scalingFactor = "scaling_factor"
    case shiftFactor = "shift_factor"
    case usesQuantConv = "use_quant_conv"
    case usesPostQuantConv = "use_post_quant_conv"
    case middleAttends = "mid_block_add_attention"
    case downBlocks = "down_block_types"
    case upBlocks = "up_block_types"
  }

  private static let downBlock = "DownEncoderBlock2D"
  private static let upBlock = "UpDecoderBlock2D"

  /// The sizes of stabilityai/sd-vae-ft-mse and of Stable Diffusion's own autoencoder.
  public static let stableDiffusion = AutoencoderKLConfiguration(
    blockOutputChannels: [128, 256, 512, 512], layersPerBlock: 2)

  /// An autoencoder with the given blocks; everything else is as diffusers has it where a file is silent.
  public init(blockOutputChannels: [Int], layersPerBlock: Int) {
    inputChannels = 3
    outputChannels = 3
    self.blockOutputChannels = blockOutputChannels
    self.layersPerBlock = layersPerBlock
    latentChannels = 4
    groups = 32
    scalingFactor = 0.18215
    shiftFactor = 0
    usesQuantConv = true
    usesPostQuantConv = true
    middleAttends = true
    downBlocks = Array(repeating: Self.downBlock, count: blockOutputChannels.count)
    upBlocks = Array(repeating: Self.upBlock, count: blockOutputChannels.count)
  }

  /// Fields that are absent have diffusers' default values.
  public init(from decoder: any Decoder) throws {
    self.init(blockOutputChannels: [64], layersPerBlock: 1)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try container.read(.inputChannels, into: &inputChannels)
    try container.read(.outputChannels, into: &outputChannels)
    try container.read(.blockOutputChannels, into: &blockOutputChannels)
    try container.read(.layersPerBlock, into: &layersPerBlock)
    try container.read(.latentChannels, into: &latentChannels)
    try container.read(.groups, into: &groups)
    try container.read(.scalingFactor, into: &scalingFactor)
    try container.read(.shiftFactor, into: &shiftFactor)
    try container.read(.usesQuantConv, into: &usesQuantConv)
    try container.read(.usesPostQuantConv, into: &usesPostQuantConv)
    try container.read(.middleAttends, into: &middleAttends)
    try container.read(.downBlocks, into: &downBlocks)
    try container.read(.upBlocks, into: &upBlocks)
  }

  /// Reads and checks a configuration.
  ///
  /// Throws `WeightsError.configuration` for fields that ask for another network than this one can be, and for sizes
  /// that do not go together.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(AutoencoderKLConfiguration.self)
    let known = CodingKeys.allCases.map(\.rawValue)
    if let problem = file.problem(
      className: "AutoencoderKL", known: known + ["sample_size", "force_upcast"],
      harmless: ["act_fn": [.string("silu"), .string("swish")]]) ?? inconsistency
    {
      throw .configuration(file: file.name, reason: problem)
    }
  }

  /// How many pixels of a picture lie along one of its latents' edges.
  public var reduction: Int { 1 << (blockOutputChannels.count - 1) }

  /// What its blocks have in common, from the widest picture to the narrowest.
  var levels: [AutoencoderKLLevel] {
    blockOutputChannels.map { AutoencoderKLLevel(configuration: self, channels: $0) }
  }

  /// A description of the first sizes that do not go together.
  var inconsistency: String? {
    let count = blockOutputChannels.count
    guard (1...16).contains(count), downBlocks.count == count, upBlocks.count == count else {
      return "\"block_out_channels\", \"down_block_types\" and \"up_block_types\" differ in length"
    }
    if let other = downBlocks.first(where: { $0 != Self.downBlock }) {
      return "\"down_block_types\" has \"\(other)\", only \"\(Self.downBlock)\" is supported"
    }
    if let other = upBlocks.first(where: { $0 != Self.upBlock }) {
      return "\"up_block_types\" has \"\(other)\", only \"\(Self.upBlock)\" is supported"
    }
    let counts: [(CodingKeys, Int)] =
      [
        (.inputChannels, inputChannels), (.outputChannels, outputChannels),
        (.layersPerBlock, layersPerBlock), (.latentChannels, latentChannels), (.groups, groups),
      ] + blockOutputChannels.map { (.blockOutputChannels, $0) }
    if let (key, count) = counts.first(where: { !(1...65_536).contains($1) }) {
      return "\"\(key.rawValue)\" is \(count)"
    }
    return blockOutputChannels.first { $0 % groups != 0 }.map {
      "\(groups) groups (\"norm_num_groups\") do not divide \($0) channels"
    }
  }
}
