public import Weights

extension AutoencoderKLConfiguration {
  /// The configuration that the shapes of an autoencoder's tensors tell, for weights without a `config.json`.
  ///
  /// `weights` may lack the encoder or the decoder. What shapes don't tell has diffusers' usual values: 32 groups, and
  /// a scaling factor of 0.18215. Throws `WeightsError.configuration` if the tensors are not an autoencoder's.
  public init(detectedIn weights: WeightScope) throws(WeightsError) {
    let encoder = weights["encoder"]
    let decoder = weights["decoder"]
    let down = encoder.blocks("down_blocks")
    let up = decoder.blocks("up_blocks")
    let hasEncoder = !down.channels.isEmpty
    self.init(
      blockOutputChannels: hasEncoder ? down.channels : up.channels.reversed(),
      layersPerBlock: hasEncoder ? down.layers : up.layers - 1)
    if let inputs = encoder.size("conv_in", axis: 1) { inputChannels = inputs }
    if let outputs = decoder.size("conv_out", axis: 0) { outputChannels = outputs }
    if let latents = decoder.size("conv_in", axis: 1) {
      latentChannels = latents
    } else if let moments = encoder.size("conv_out", axis: 0) {
      latentChannels = moments / 2
    }
    usesQuantConv = weights.contains("quant_conv.weight")
    usesPostQuantConv = weights.contains("post_quant_conv.weight")
    middleAttends = [encoder, decoder].contains {
      $0.contains("mid_block.attentions.0.group_norm.weight")
    }
    guard inconsistency == nil else {
      throw .configuration(
        file: weights.file,
        reason: "its tensors are not those of an AutoencoderKL with 32 groups "
          + "(\(weights.impression)): put its config.json beside it")
    }
  }
}

extension WeightScope {
  /// The size of the layer `name`'s weight along `axis`, nil if there is no such tensor.
  fileprivate func size(_ name: String, axis: Int) -> Int? {
    storedShape("\(name).weight").flatMap { $0.indices.contains(axis) ? $0[axis] : nil }
  }

  /// Widths of the blocks called `name`, and the number of residual blocks in the first.
  fileprivate func blocks(_ name: String) -> (channels: [Int], layers: Int) {
    var channels: [Int] = []
    while let next = size("\(name).\(channels.count).resnets.0.conv1", axis: 0) {
      channels.append(next)
    }
    let layers = (0...).prefix { contains("\(name).0.resnets.\($0).conv1.weight") }.count
    return (channels, layers)
  }
}
