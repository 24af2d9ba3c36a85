public import Compute
import Layers
public import Weights

// After diffusers 0.42, models/autoencoders/autoencoder_tiny.py and vae.py.

/// The encoder of a tiny autoencoder (TAESD): a picture to latents, in a hundredth of AutoencoderKL's time.
public struct AutoencoderTinyEncoder: Sendable {
  /// Tensors of an autoencoder's file that belong to its decoder.
  public static let ignoredKeys = ["decoder.*"]

  private struct Stage: Sendable {
    let conv: Conv2d
    let blocks: [AutoencoderTinyBlock]
  }

  public let configuration: AutoencoderTinyConfiguration
  private let stages: [Stage]
  private let convOut: Conv2d

  /// Takes the encoder's tensors from `weights`: `encoder.layers.*` of diffusers' file, or the numbered layers of the
  /// original `taesd_encoder`.
  ///
  /// Throws `WeightsError.missing` or `.shape`. Unused tensors are the caller's to report.
  public init(
    _ weights: WeightScope, configuration: AutoencoderTinyConfiguration
  ) throws(WeightsError) {
    self.configuration = configuration
    let layers = Self.layers(in: weights)
    let channels = configuration.encoderChannels[0]
    var stages: [Stage] = []
    var index = 0
    for count in configuration.encoderBlocks {
      let conv = try Conv2d(
        layers["\(index)"], inputs: index == 0 ? configuration.inputChannels : channels,
        outputs: channels, kernel: 3, stride: index == 0 ? 1 : 2, padding: Padding(1),
        bias: index == 0)
      let blocks = try AutoencoderTinyBlock.blocks(
        layers, from: index + 1, count: count, channels: channels)
      stages.append(Stage(conv: conv, blocks: blocks))
      index += 1 + count
    }
    self.stages = stages
    convOut = try Conv2d(
      layers["\(index)"], inputs: channels, outputs: configuration.latentChannels, kernel: 3,
      padding: Padding(1))
  }

  /// The scope of the encoder's numbered layers in whatever was published around them.
  static func layers(in weights: WeightScope) -> WeightScope {
    weights.contains("0.weight") ? weights : weights["encoder.layers"]
  }

  /// Records the network: image [N, inputChannels, H, W] in [-1, 1] -> latents [N, latentChannels, h, w].
  ///
  /// Each stage but the first halves the picture, rounding up.
  public func callAsFunction(_ image: Tensor) -> Tensor {
    // TAESD itself takes pictures in [0, 1].
    let picture = image.affine(scale: 0.5, shift: 0.5)
    return convOut(
      stages.reduce(picture) { x, stage in stage.blocks.reduce(stage.conv(x)) { $1($0) } })
  }
}
