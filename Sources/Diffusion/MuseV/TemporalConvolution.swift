import Compute
import Layers
import Weights

// After TMElyralab/MuseV 43370a6, musev/models/resnet.py: TemporalConvLayer.

/// Four convolutions over three frames each, one pixel wide, added to a clip's pictures.
struct TemporalConvolution: Sendable {
  private struct Stage: Sendable {
    let norm: GroupNorm
    let weight: Constant
    let bias: Constant
  }

  private let stages: [Stage]

  init(_ weights: WeightScope, channels: Int, groups: Int) throws(WeightsError) {
    let share = try TemporalWeight(weights)
    var stages: [Stage] = []
    // Upstream's first stage lacks the dropout that stands before the others' convolutions.
    for (stage, convolution) in [("conv1", "2"), ("conv2", "3"), ("conv3", "3"), ("conv4", "3")] {
      let scope = weights["\(stage).\(convolution)"]
      let weight = try scope.tensor(
        "weight", shape: [channels, channels, 3, 1], stored: [channels, channels, 3, 1, 1])
      let bias = try scope.tensor("bias", shape: [channels])
      let isLast = stage == "conv4"
      stages.append(
        Stage(
          norm: try GroupNorm(
            weights["\(stage).0"], groups: groups, channels: channels, epsilon: 1e-5),
          weight: isLast ? share.scaled(weight) : weight,
          bias: isLast ? share.scaled(bias) : bias))
    }
    self.stages = stages
  }

  /// x [B * F, C, H, W] of clips of F frames -> same.
  func callAsFunction(_ x: Tensor, frames: Int) -> Tensor {
    var clip = x.clips(of: frames)  // [B, C, F, H * W]
    for stage in stages {
      clip = stage.norm(clip).activation(.silu).conv2d(
        weight: stage.weight, bias: stage.bias,
        padding: Padding(top: 1, left: 0, bottom: 1, right: 0))
    }
    return clip.pictures(like: x) + x
  }
}

extension Tensor {
  /// The pictures of clips of `frames` frames as one picture a clip, whose rows are frames and whose columns are pixels.
  ///
  /// [B * F, C, H, W] -> [B, C, F, H * W]; nothing moves in memory. Norms over it have their statistics over time and space together.
  func clips(of frames: Int) -> Tensor {
    let pixels = shape[2] * shape[3]
    return tokens().reshape([shape[0] / frames, frames * pixels, shape[1]])
      .spatial(height: frames, width: pixels)
  }

  /// Clips as pictures again: [B, C, F, H * W] -> `pictures`' shape, [B * F, C, H, W].
  func pictures(like pictures: Tensor) -> Tensor {
    let (height, width) = (pictures.shape[2], pictures.shape[3])
    return tokens().reshape([pictures.shape[0], height * width, shape[1]])
      .spatial(height: height, width: width)
  }
}
