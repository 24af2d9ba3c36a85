public import Weights

/// The shape of a tiny autoencoder (TAESD), as diffusers writes it to `config.json`.
public struct AutoencoderTinyConfiguration: Sendable, Equatable, Decodable {
  public var inputChannels: Int
  public var outputChannels: Int
  public var latentChannels: Int
  /// Width of each of the encoder's stages; all are equal.
  public var encoderChannels: [Int]
  /// Width of each of the decoder's stages; all are equal.
  public var decoderChannels: [Int]
  /// Number of residual blocks in each of the encoder's stages, the first of which works at full size.
  public var encoderBlocks: [Int]
  /// Number of residual blocks in each of the decoder's stages, the last of which works at full size.
  public var decoderBlocks: [Int]
  /// How much larger each of the decoder's stages but the last makes the picture.
  public var upsamplingFactor: Int
  /// What latents are multiplied by outside of the autoencoder, after `shiftFactor` is taken off.
  public var scalingFactor: Float
  public var shiftFactor: Float

  enum CodingKeys: String, CodingKey, CaseIterable {
    case inputChannels = "in_channels"
    case outputChannels = "out_channels"
    case latentChannels = "latent_channels"
    case encoderChannels = "encoder_block_out_channels"
    case decoderChannels = "decoder_block_out_channels"
    case encoderBlocks = "num_encoder_blocks"
    case decoderBlocks = "num_decoder_blocks"
    case upsamplingFactor = "upsampling_scaling_factor"
    case scalingFactor = "scaling_factor"
    case shiftFactor = "shift_factor"
  }

  /// diffusers' defaults, which are the sizes of madebyollin/taesd.
  public init() {
    inputChannels = 3
    outputChannels = 3
    latentChannels = 4
    encoderChannels = [64, 64, 64, 64]
    decoderChannels = [64, 64, 64, 64]
    encoderBlocks = [1, 3, 3, 3]
    decoderBlocks = [3, 3, 3, 1]
    upsamplingFactor = 2
    scalingFactor = 1
    shiftFactor = 0
  }

  /// Fields that are absent have diffusers' default values.
  public init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    try container.read(.inputChannels, into: &inputChannels)
    try container.read(.outputChannels, into: &outputChannels)
    try container.read(.latentChannels, into: &latentChannels)
    try container.read(.encoderChannels, into: &encoderChannels)
    try container.read(.decoderChannels, into: &decoderChannels)
    try container.read(.encoderBlocks, into: &encoderBlocks)
    try container.read(.decoderBlocks, into: &decoderBlocks)
    try container.read(.upsamplingFactor, into: &upsamplingFactor)
    try container.read(.scalingFactor, into: &scalingFactor)
    try container.read(.shiftFactor, into: &shiftFactor)
  }

  /// Reads and checks a configuration.
  ///
  /// Throws `WeightsError.configuration` for fields that ask for another network than this one can be, and for sizes
  /// that do not go together.
  public init(_ file: ConfigurationFile) throws(WeightsError) {
    self = try file.decode(AutoencoderTinyConfiguration.self)
    // These do not change what either half computes.
    let ignored = ["block_out_channels", "force_upcast", "latent_magnitude", "latent_shift"]
    if let problem = file.problem(
      className: "AutoencoderTiny", known: CodingKeys.allCases.map(\.rawValue) + ignored,
      harmless: ["act_fn": [.string("relu")], "upsample_fn": [.string("nearest")]])
      ?? inconsistency
    {
      throw .configuration(file: file.name, reason: problem)
    }
  }

  /// A description of the first sizes that do not go together.
  var inconsistency: String? {
    let counts: [(CodingKeys, Int)] =
      [
        (.inputChannels, inputChannels), (.outputChannels, outputChannels),
        (.latentChannels, latentChannels), (.upsamplingFactor, upsamplingFactor),
      ] + encoderChannels.map { (.encoderChannels, $0) }
      + decoderChannels.map { (.decoderChannels, $0) }
    if let (key, count) = counts.first(where: { !(1...65_536).contains($1) }) {
      return "\"\(key.rawValue)\" is \(count)"
    }
    return problem(.encoderChannels, encoderChannels, .encoderBlocks, encoderBlocks)
      ?? problem(.decoderChannels, decoderChannels, .decoderBlocks, decoderBlocks)
  }

  private func problem(
    _ channelsKey: CodingKeys, _ channels: [Int], _ blocksKey: CodingKeys, _ blocks: [Int]
  ) -> String? {
    guard (1...16).contains(blocks.count), channels.count == blocks.count else {
      return "\"\(channelsKey.rawValue)\" and \"\(blocksKey.rawValue)\" differ in length"
    }
    guard Set(channels).count == 1 else {
      return "\"\(channelsKey.rawValue)\" is \(channels): stages of unequal width do not connect"
    }
    return blocks.first { !(0...1000).contains($0) }.map { "\"\(blocksKey.rawValue)\" has \($0)" }
  }
}
