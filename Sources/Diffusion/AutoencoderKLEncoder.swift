public import Compute
import Layers
public import Weights

// After diffusers 0.42, models/autoencoders/autoencoder_kl.py and vae.py.

/// The encoder of Stable Diffusion's autoencoder: a picture to a distribution of latents.
public struct AutoencoderKLEncoder: Sendable {
  /// Tensors of an autoencoder's file that belong to its decoder.
  public static let ignoredKeys = ["decoder.*", "post_quant_conv.*"]

  public let configuration: AutoencoderKLConfiguration
  private let convIn: Conv2d
  private let downBlocks: [AutoencoderKLDownBlock]
  private let middleBlock: AutoencoderKLMiddleBlock
  private let normOut: GroupNorm
  private let convOut: Conv2d
  private let quantization: Conv2d?

  /// Takes `encoder.*` and `quant_conv.*`, under diffusers' names, from `weights`.
  ///
  /// Throws `WeightsError.missing` or `.shape`. Unused tensors are the caller's to report.
  public init(
    _ weights: WeightScope, configuration: AutoencoderKLConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let encoder = weights["encoder"]
    let levels = configuration.levels
    let moments = 2 * configuration.latentChannels
    convIn = try Conv2d(
      encoder["conv_in"], inputs: configuration.inputChannels, outputs: levels[0].channels,
      kernel: 3, padding: Padding(1))
    var blocks: [AutoencoderKLDownBlock] = []
    for (index, level) in levels.enumerated() {
      blocks.append(
        try AutoencoderKLDownBlock(
          encoder["down_blocks.\(index)"], level: level, inputs: levels[max(index - 1, 0)].channels,
          isLast: index == levels.count - 1))
    }
    downBlocks = blocks
    let last = levels[levels.count - 1]
    middleBlock = try AutoencoderKLMiddleBlock(encoder["mid_block"], level: last)
    normOut = try last.norm(encoder["conv_norm_out"])
    convOut = try Conv2d(
      encoder["conv_out"], inputs: last.channels, outputs: moments, kernel: 3, padding: Padding(1))
    quantization =
      configuration.usesQuantConv
      ? try Conv2d(weights["quant_conv"], inputs: moments, outputs: moments, kernel: 1) : nil
  }

  /// Records the network.
  ///
  /// image [N, inputChannels, H, W] in [-1, 1] -> mean and logVariance, each [N, latentChannels, H / f, W / f] with f
  /// the configuration's `reduction`, rounded down. H and W are at least f.
  public func callAsFunction(_ image: Tensor) -> (mean: Tensor, logVariance: Tensor) {
    var x = downBlocks.reduce(convIn(image)) { $1($0) }
    x = convOut(normOut(middleBlock(x)).activation(.silu))
    x = quantization?(x) ?? x  // [N, 2 * latentChannels, h, w]
    let count = configuration.latentChannels
    return (
      x.slice(axis: 1, 0..<count), x.slice(axis: 1, count..<2 * count).clamp(to: -30...20)
    )
  }
}
