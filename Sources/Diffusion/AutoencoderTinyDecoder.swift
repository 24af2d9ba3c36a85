public import Compute
import Layers
public import Weights

// After diffusers 0.42, models/autoencoders/autoencoder_tiny.py and vae.py.

/// The decoder of a tiny autoencoder (TAESD): latents to a picture, in a hundredth of AutoencoderKL's time.
public struct AutoencoderTinyDecoder: Sendable {
  /// Tensors of an autoencoder's file that belong to its encoder.
  public static let ignoredKeys = ["encoder.*"]

  private struct Stage: Sendable {
    let blocks: [AutoencoderTinyBlock]
    /// How much larger the picture becomes before the convolution.
    let factor: Int
    let conv: Conv2d
  }

  public let configuration: AutoencoderTinyConfiguration
  private let convIn: Conv2d
  private let stages: [Stage]

  /// Takes the decoder's tensors from `weights`: `decoder.layers.*` of diffusers' file, or the numbered layers of the
  /// original `taesd_decoder`, where the clamp is the first of them.
  ///
  /// Throws `WeightsError.missing` or `.shape`. Unused tensors are the caller's to report.
  public init(
    _ weights: WeightScope, configuration: AutoencoderTinyConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let layers = Self.layers(in: weights)
    let channels = configuration.decoderChannels[0]
    let first = layers.contains("1.weight") ? 1 : 0
    convIn = try Conv2d(
      layers["\(first)"], inputs: configuration.latentChannels, outputs: channels, kernel: 3,
      padding: Padding(1))
    var stages: [Stage] = []
    var index = first + 2  // The convolution and its activation.
    for (number, count) in configuration.decoderBlocks.enumerated() {
      let isLast = number == configuration.decoderBlocks.count - 1
      let blocks = try AutoencoderTinyBlock.blocks(
        layers, from: index, count: count, channels: channels)
      index += count + (isLast ? 0 : 1)
      let conv = try Conv2d(
        layers["\(index)"], inputs: channels,
        outputs: isLast ? configuration.outputChannels : channels, kernel: 3, padding: Padding(1),
        bias: isLast)
      index += 1
      stages.append(
        Stage(blocks: blocks, factor: isLast ? 1 : configuration.upsamplingFactor, conv: conv))
    }
    self.stages = stages
  }

  /// The scope of the decoder's numbered layers in whatever was published around them.
  static func layers(in weights: WeightScope) -> WeightScope {
    weights.contains("1.weight") ? weights : weights["decoder.layers"]
  }

  /// Records the network: latents [N, latentChannels, h, w] -> image [N, outputChannels, H, W], about [-1, 1] and not
  /// clamped.
  ///
  /// Each stage but the last enlarges the picture by the configuration's `upsamplingFactor`.
  public func callAsFunction(_ latents: Tensor) -> Tensor {
    // Latents far from what was trained on are bent back into [-3, 3].
    let bounded = latents.affine(scale: 1 / 3).activation(.tanh).affine(scale: 3)
    var x = convIn(bounded).activation(.relu)
    for stage in stages {
      x = stage.blocks.reduce(x) { $1($0) }
      if stage.factor > 1 { x = x.upsampleNearest(factor: stage.factor) }
      x = stage.conv(x)
    }
    // TAESD itself gives pictures in [0, 1].
    return x.affine(scale: 2, shift: -1)
  }
}
