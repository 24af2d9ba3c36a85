public import Compute
import Layers
public import Weights

// After diffusers 0.42, models/autoencoders/autoencoder_kl.py and vae.py.

/// The decoder of Stable Diffusion's autoencoder: latents to a picture.
public struct AutoencoderKLDecoder: Sendable {
  /// Tensors of an autoencoder's file that belong to its encoder.
  public static let ignoredKeys = ["encoder.*", "quant_conv.*"]

  public let configuration: AutoencoderKLConfiguration
  private let quantization: Conv2d?
  private let convIn: Conv2d
  private let middleBlock: AutoencoderKLMiddleBlock
  private let upBlocks: [AutoencoderKLUpBlock]
  private let normOut: GroupNorm
  private let convOut: Conv2d

  /// Takes `decoder.*` and `post_quant_conv.*`, under diffusers' names, from `weights`.
  ///
  /// Throws `WeightsError.missing` or `.shape`. Unused tensors are the caller's to report.
  public init(
    _ weights: WeightScope, configuration: AutoencoderKLConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let decoder = weights["decoder"]
    let latents = configuration.latentChannels
    let levels = Array(configuration.levels.reversed())
    quantization =
      configuration.usesPostQuantConv
      ? try Conv2d(weights["post_quant_conv"], inputs: latents, outputs: latents, kernel: 1) : nil
    convIn = try Conv2d(
      decoder["conv_in"], inputs: latents, outputs: levels[0].channels, kernel: 3,
      padding: Padding(1))
    middleBlock = try AutoencoderKLMiddleBlock(decoder["mid_block"], level: levels[0])
    var blocks: [AutoencoderKLUpBlock] = []
    for (index, level) in levels.enumerated() {
      blocks.append(
        try AutoencoderKLUpBlock(
          decoder["up_blocks.\(index)"], level: level, inputs: levels[max(index - 1, 0)].channels,
          isLast: index == levels.count - 1))
    }
    upBlocks = blocks
    let last = levels[levels.count - 1]
    normOut = try last.norm(decoder["conv_norm_out"])
    convOut = try Conv2d(
      decoder["conv_out"], inputs: last.channels, outputs: configuration.outputChannels, kernel: 3,
      padding: Padding(1))
  }

  /// Records the network.
  ///
  /// latents [N, latentChannels, h, w], divided by the configuration's `scalingFactor` -> image
  /// [N, outputChannels, h * f, w * f], about [-1, 1] and not clamped, with f the configuration's `reduction`.
  public func callAsFunction(_ latents: Tensor) -> Tensor {
    let x = convIn(quantization?(latents) ?? latents)
    let picture = upBlocks.reduce(middleBlock(x)) { $1($0) }
    return convOut(normOut(picture).activation(.silu))
  }
}
