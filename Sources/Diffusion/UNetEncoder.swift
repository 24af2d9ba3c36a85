import Compute
import Layers
import Weights

// After diffusers 0.42, models/unets/unet_2d_condition.py.

/// The first half of a UNet: the way down, and the block at its end.
///
/// It is all that networks have which only look at a picture for another UNet: a ReferenceNet, a ControlNet.
struct UNetEncoder: Sendable {
  let timesteps: SinusoidalTimesteps
  let convIn: Conv2d
  private let timeEmbedding: TimestepEmbedding
  private let downBlocks: [UNetDownBlock]
  private let middleBlock: UNetMiddleBlock

  init(_ weights: WeightScope, configuration: UNetConfiguration) throws(WeightsError) {
    let channels = configuration.blockOutputChannels[0]
    let levels = configuration.allLevels
    timesteps = configuration.timesteps
    timeEmbedding = try TimestepEmbedding(
      weights["time_embedding"], inputs: channels, channels: configuration.timeChannels)
    convIn = try configuration.firstConvolution(weights)
    var blocks: [UNetDownBlock] = []
    for level in levels {
      blocks.append(
        try UNetDownBlock(
          weights["down_blocks.\(level.index)"], level: level,
          inputs: levels[max(level.index - 1, 0)].channels,
          attends: configuration.downBlocks[level.index] == .crossAttention,
          isLast: level.index == levels.count - 1))
    }
    downBlocks = blocks
    middleBlock = try UNetMiddleBlock(weights["mid_block"], level: levels[levels.count - 1])
  }

  /// The sinusoid of a timestep [1, blockOutputChannels[0]] -> what residual blocks take [1, timeChannels].
  func time(_ sinusoid: Tensor) -> Tensor { timeEmbedding(sinusoid).activation(.silu) }

  /// The pictures on the way down, `x` first, and the last block's.
  ///
  /// x is the first convolution's result [N, blockOutputChannels[0], H, W], context [N, S, crossAttentionWidth].
  func callAsFunction(
    _ x: Tensor, time: Tensor, context: Tensor
  ) -> (down: [Tensor], middle: Tensor) {
    var (x, skips) = (x, [x])
    for block in downBlocks {
      x = block(x, time: time, context: context, skips: &skips)
    }
    return (skips, middleBlock(x, time: time, context: context))
  }
}

extension UNetConfiguration {
  var allLevels: [UNetLevel] {
    (0..<levels).map { UNetLevel(configuration: self, index: $0) }
  }

  var timesteps: SinusoidalTimesteps {
    SinusoidalTimesteps(
      channels: blockOutputChannels[0], cosineFirst: cosineFirst, frequencyShift: frequencyShift)
  }

  func firstConvolution(_ weights: WeightScope) throws(WeightsError) -> Conv2d {
    try Conv2d(
      weights["conv_in"], inputs: inputChannels, outputs: blockOutputChannels[0],
      kernel: firstKernel, padding: Padding(firstKernel / 2))
  }
}
