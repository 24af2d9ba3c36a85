public import Compute
import Layers
public import Weights

// After TMElyralab/MuseV 43370a6, musev/models/referencenet.py and referencenet_loader.py.

/// MuseV's ReferenceNet: what the first half of a UNet sees in clean reference pictures.
public struct ReferenceNet2D: Sendable {
  public let configuration: UNetConfiguration
  private let encoder: UNetEncoder

  /// Takes the network's tensors, under diffusers' names, from `weights`.
  ///
  /// Throws `WeightsError.missing`, `.foreign` or `.shape`. Unused tensors are the caller's to report, `ignoredKeys` excepted.
  public init(
    _ weights: WeightScope, configuration: UNetConfiguration = .stableDiffusion1
  ) throws(WeightsError) {
    var configuration = configuration
    configuration.tokenEpsilon = 0
    self.configuration = configuration
    encoder = try UNetEncoder(weights, configuration: configuration)
  }

  /// The second half of the UNet that it was made of: nobody looks at it.
  public static let ignoredKeys = ["up_blocks.*", "conv_norm_out.*", "conv_out.*"]

  /// Fields of its configuration that say what it gives; here it gives the blocks' pictures.
  private static let ignoredFields = ["need_self_attn_block_embs", "need_block_embs"]

  /// Reads and checks a `config.json` of class `ReferenceNet2D`; throws `WeightsError.configuration`.
  public static func configuration(_ file: ConfigurationFile) throws(WeightsError)
    -> UNetConfiguration
  {
    try UNetConfiguration(
      file, className: "ReferenceNet2D", isEncoder: true, ignored: ignoredFields)
  }

  /// Records the network.
  ///
  /// latents [N, 4, h, w] (clean, times 0.18215), context [N, S, 768] (the image prompt's tokens where there is one, else the
  /// text's) -> the pictures of all layers. The timestep is 0, as in upstream.
  public func callAsFunction(_ latents: Tensor, context: Tensor) -> EncoderFeatures {
    let time = encoder.time(latents.constant(Constant(encoder.timesteps(0))))
    let (down, middle) = encoder(encoder.convIn(latents), time: time, context: context)
    return EncoderFeatures(down: down, middle: middle)
  }
}
