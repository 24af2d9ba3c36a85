import Compute
import Layers
import Weights

// After diffusers 0.42, models/unets/unet_2d_blocks.py.

/// Three convolutions with ReLU between, added to their input: AutoencoderTinyBlock.
struct AutoencoderTinyBlock: Sendable {
  private let convolutions: [Conv2d]

  /// Takes `conv.0`, `conv.2` and `conv.4`.
  init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    var convolutions: [Conv2d] = []
    for index in [0, 2, 4] {
      convolutions.append(
        try Conv2d(
          weights["conv.\(index)"], inputs: channels, outputs: channels, kernel: 3,
          padding: Padding(1)))
    }
    self.convolutions = convolutions
  }

  /// x [N, channels, H, W] -> same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let first = convolutions[0](x).activation(.relu)
    let second = convolutions[1](first).activation(.relu)
    return (convolutions[2](second) + x).activation(.relu)
  }

  /// `count` blocks with the numbers from `start`.
  static func blocks(
    _ weights: WeightScope, from start: Int, count: Int, channels: Int
  ) throws(WeightsError) -> [AutoencoderTinyBlock] {
    var blocks: [AutoencoderTinyBlock] = []
    for index in start..<start + count {
      blocks.append(try AutoencoderTinyBlock(weights["\(index)"], channels: channels))
    }
    return blocks
  }
}
