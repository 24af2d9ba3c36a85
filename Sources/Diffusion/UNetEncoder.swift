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

  /// `image` is the width of an image prompt's tokens, nil where there are none.
  init(
    _ weights: WeightScope, configuration: UNetConfiguration, image: Int? = nil
  ) throws(WeightsError) {
    let channels = configuration.blockOutputChannels[0]
    let levels = configuration.levels(image: image)
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
    _ x: Tensor, time: Tensor, context: Tensor, image: ImagePrompt? = nil
  ) -> (down: [Tensor], middle: Tensor) {
    var (x, skips) = (x, [x])
    for block in downBlocks {
      x = block(x, time: time, context: context, image: image, skips: &skips)
    }
    return (skips, middleBlock(x, time: time, context: context, image: image))
  }
}

extension UNetConfiguration {
  var allLevels: [UNetLevel] { levels(image: nil) }

  /// All levels, which attend to an image prompt's tokens of this width.
  func levels(image: Int?) -> [UNetLevel] {
    (0..<levels).map { UNetLevel(configuration: self, index: $0, image: image) }
  }

  /// The names of all attentions to a context in the order in which attention processors are counted: the way down, the way
  /// up, then the middle.
  var contextAttentions: [String] {
    func names(_ block: String, _ count: Int, layers: Int) -> [String] {
      (0..<count).flatMap { attention in
        (0..<layers).map { "\(block).attentions.\(attention).transformer_blocks.\($0).attn2" }
      }
    }
    let down = (0..<levels).filter { downBlocks[$0] == .crossAttention }.flatMap {
      names("down_blocks.\($0)", layersPerBlock[$0], layers: transformerLayersPerBlock[$0])
    }
    let up = (0..<levels).filter { upBlocks[$0] == .crossAttention }.flatMap { number in
      let level = levels - 1 - number
      return names(
        "up_blocks.\(number)", layersPerBlock[level] + 1,
        layers: transformerLayersPerBlock[level])
    }
    return down + up
      + names("mid_block", 1, layers: transformerLayersPerBlock[levels - 1])
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
