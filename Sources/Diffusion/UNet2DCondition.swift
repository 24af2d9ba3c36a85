public import Compute
public import Layers
public import Weights

// After diffusers 0.42, models/unets/unet_2d_condition.py.

/// The UNet of Stable Diffusion 1.x: a picture, a timestep and a context sequence to a picture.
///
/// One class for mini's painter and MuseTalk's network; `UNetConfiguration` says how large it is.
public struct UNet2DCondition: Sendable {
  public let configuration: UNetConfiguration
  private let encoder: UNetEncoder
  private let upBlocks: [UNetUpBlock]
  private let normOut: GroupNorm
  private let convOut: Conv2d

  /// Takes the network's tensors, under diffusers' names, from `weights`.
  ///
  /// With `image`, the width of an image prompt's tokens, an IP-Adapter's keys and values are among them.
  ///
  /// Throws `WeightsError.missing` or `.shape`. Unused tensors are the caller's to report.
  public init(
    _ weights: WeightScope, configuration: UNetConfiguration, image: Int? = nil
  ) throws(WeightsError) {
    self.configuration = configuration
    let channels = configuration.blockOutputChannels
    let levels = configuration.levels(image: image)
    encoder = try UNetEncoder(weights, configuration: configuration, image: image)
    upBlocks = try Self.upBlocks(weights, levels: levels)
    normOut = try GroupNorm(
      weights["conv_norm_out"], groups: configuration.groups, channels: channels[0],
      epsilon: configuration.epsilon)
    convOut = try Conv2d(
      weights["conv_out"], inputs: channels[0], outputs: configuration.outputChannels,
      kernel: configuration.lastKernel, padding: Padding(configuration.lastKernel / 2))
  }

  private static func upBlocks(
    _ weights: WeightScope, levels: [UNetLevel]
  ) throws(WeightsError) -> [UNetUpBlock] {
    var blocks: [UNetUpBlock] = []
    for level in levels.reversed() {
      let number = blocks.count
      blocks.append(
        try UNetUpBlock(
          weights["up_blocks.\(number)"], level: level,
          inputs: levels[min(level.index + 1, levels.count - 1)].channels,
          skipInputs: levels[max(level.index - 1, 0)].channels,
          attends: level.configuration.upBlocks[number] == .crossAttention,
          isLast: level.index == 0))
    }
    return blocks
  }

  /// Records the network.
  ///
  /// sample [N, inputChannels, H, W], context [N, S, crossAttentionWidth] -> [N, outputChannels, H, W]. H and W may be
  /// odd at any level.
  public func callAsFunction(_ sample: Tensor, timestep: Double, context: Tensor) -> Tensor {
    self(sample, sinusoid: sample.constant(Constant(sinusoid(timestep))), context: context)
  }

  /// The embedding [1, blockOutputChannels[0]] of `timestep`, for a network that is recorded once for all timesteps.
  public func sinusoid(_ timestep: Double) -> HostTensor { encoder.timesteps(timestep) }

  /// Records the network with a timestep that is told when it runs: `sinusoid`, as the function of that name gives it.
  ///
  /// `image` is for networks that were made with its tokens' width; `control` is what ControlNets add.
  public func callAsFunction(
    _ sample: Tensor, sinusoid: Tensor, context: Tensor, image: ImagePrompt? = nil,
    control: EncoderFeatures? = nil
  ) -> Tensor {
    let time = encoder.time(sinusoid)
    var (skips, x) = encoder(encoder.convIn(sample), time: time, context: context, image: image)
    if let control {
      skips = control.added(to: skips)
      x = x + control.middle
    }
    for block in upBlocks {
      x = block(x, time: time, context: context, image: image, skips: &skips)
    }
    return convOut(normOut(x).activation(.silu))
  }
}
