import Weights

extension UNetConfiguration {
  /// Fields of diffusers' UNets that may be there as long as they ask for nothing: their harmless values.
  private static let harmless: [String: Set<JSONValue>] = [
    "act_fn": [.string("silu"), .string("swish")],
    "addition_embed_type_num_heads": [.number(64)],
    "attention_type": [.string("default")],
    "downsample_padding": [.number(1)],
    "mid_block_scale_factor": [.number(1)],
    "mid_block_type": [.string("UNetMidBlock2DCrossAttn")],
    "resnet_out_scale_factor": [.number(1)],
    "resnet_time_scale_shift": [.string("default")],
    "time_embedding_type": [.string("positional")],
  ]

  /// A description of the first field that would change the network in a way unknown here.
  ///
  /// `ignored` are fields of the class `className` that do not change what the network computes.
  static func unsupportedField(
    _ file: ConfigurationFile, className: String = "UNet2DConditionModel", ignored: [String] = [],
    harmless others: [String: Set<JSONValue>] = [:]
  ) -> String? {
    let always = ["sample_size", "dropout", "upcast_attention"]
    return file.problem(
      className: className, known: CodingKeys.allCases.map(\.rawValue) + always + ignored,
      harmless: harmless.merging(others) { $1 })
  }

  /// A description of the first sizes that do not go together.
  var inconsistency: String? {
    if blockOutputChannels.isEmpty || downBlocks.count != levels || upBlocks.count != levels {
      return "\"block_out_channels\", \"down_block_types\" and \"up_block_types\" differ in length"
    }
    let counts: [(CodingKeys, Int)] = [
      (.inputChannels, inputChannels), (.outputChannels, outputChannels), (.groups, groups),
      (.timeChannels, timeChannels), (.firstKernel, firstKernel), (.lastKernel, lastKernel),
    ]
    if let (key, count) = counts.first(where: { !(1...65_536).contains($1) }) {
      return "\"\(key.rawValue)\" is \(count)"
    }
    let lists: [(CodingKeys, PerLevel)] = [
      (.layersPerBlock, layersPerBlock), (.heads, heads),
      (.crossAttentionWidth, crossAttentionWidth),
      (.transformerLayersPerBlock, transformerLayersPerBlock),
    ]
    if let (key, _) = lists.first(where: { !$1.isValid(levels: levels) }) {
      return "\"\(key.rawValue)\" must be one number from 1 to 65536, or \(levels)"
    }
    if firstKernel % 2 == 0 || lastKernel % 2 == 0 {
      return "\"conv_in_kernel\" and \"conv_out_kernel\" must be odd"
    }
    return channelProblem
  }

  private var channelProblem: String? {
    if blockOutputChannels[0] % 2 != 0 {
      return "\"block_out_channels\" must start with an even number"
    }
    for (level, channels) in blockOutputChannels.enumerated() {
      if !(1...65_536).contains(channels) || channels % groups != 0 {
        return "\(groups) groups (\"norm_num_groups\") do not divide \(channels) channels"
      }
      if channels % heads[level] != 0 {
        return "\(heads[level]) heads (\"attention_head_dim\") do not divide \(channels) channels"
      }
    }
    return nil
  }
}
