import Compute
import Layers
import Weights

// After mmdetection 3.1.0, mmdet/models/backbones/cspnext.py, arch P5, and layers/csp_layer.py.

/// The backbone CSPNeXt of RTMDet (arXiv:2212.07784): a picture to features at a stride of 32.
struct CSPNeXt: Sendable {
  private let stem: [CSPConvolution]
  private let stages: [CSPStage]

  /// `stem` is the width after the stem; each stage halves the picture.
  init(
    _ weights: WeightScope, stem width: Int, stages: [RTMPose.Stage]
  ) throws(WeightsError) {
    let inner = width / 2
    stem = [
      try CSPConvolution(weights["stem.0"], inputs: 3, outputs: inner, kernel: 3, stride: 2),
      try CSPConvolution(weights["stem.1"], inputs: inner, outputs: inner, kernel: 3),
      try CSPConvolution(weights["stem.2"], inputs: inner, outputs: width, kernel: 3),
    ]
    var (inputs, built) = (width, [CSPStage]())
    for (index, stage) in stages.enumerated() {
      built.append(
        try CSPStage(
          weights["stage\(index + 1)"], inputs: inputs, stage: stage,
          isLast: index == stages.count - 1))
      inputs = stage.channels
    }
    self.stages = built
  }

  /// image [N, 3, H, W] -> [N, channels of the last stage, h, w].
  func callAsFunction(_ image: Tensor) -> Tensor {
    stages.reduce(stem.reduce(image) { $1($0) }) { $1($0) }
  }
}

/// mmcv's ConvModule: `conv` without bias, `bn`, SiLU; the size stays, or halves with stride 2.
private struct CSPConvolution: Sendable {
  private let conv: ConvolutionWithNorm

  init(
    _ weights: WeightScope, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    groups: Int = 1
  ) throws(WeightsError) {
    conv = try ConvolutionWithNorm(
      weights["conv"], norm: weights["bn"], inputs: inputs, outputs: outputs, kernel: kernel,
      stride: stride, padding: Padding(kernel / 2), groups: groups)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { conv(x).activation(.silu) }
}

/// A halving, in the last stage pooling of several windows, and a CSP layer.
private struct CSPStage: Sendable {
  private let downsample: CSPConvolution
  private let pooling: SpatialPyramidPooling?
  private let layer: CSPLayer

  init(
    _ weights: WeightScope, inputs: Int, stage: RTMPose.Stage, isLast: Bool
  ) throws(WeightsError) {
    downsample = try CSPConvolution(
      weights["0"], inputs: inputs, outputs: stage.channels, kernel: 3, stride: 2)
    pooling = isLast ? try SpatialPyramidPooling(weights["1"], channels: stage.channels) : nil
    layer = try CSPLayer(
      weights[isLast ? "2" : "1"], channels: stage.channels, blocks: stage.blocks,
      isResidual: !isLast)
  }

  /// x [N, inputs, H, W] -> [N, channels, ceil(H / 2), ceil(W / 2)].
  func callAsFunction(_ x: Tensor) -> Tensor {
    let halved = downsample(x)
    return layer(pooling?(halved) ?? halved)
  }
}

/// Maxima over windows of 5, 9 and 13 pixels beside the features themselves.
private struct SpatialPyramidPooling: Sendable {
  private let conv1: CSPConvolution
  private let conv2: CSPConvolution

  init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    let inner = channels / 2
    conv1 = try CSPConvolution(weights["conv1"], inputs: channels, outputs: inner, kernel: 1)
    conv2 = try CSPConvolution(weights["conv2"], inputs: 4 * inner, outputs: channels, kernel: 1)
  }

  /// x [N, channels, H, W] -> same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    // The maximum over 9 pixels is that of 5 over the maxima of 5, and so on.
    var all = [conv1(x)]
    for _ in 0..<3 { all.append(all[all.count - 1].maxPool(kernel: 5, stride: 1, padding: 2)) }
    return conv2(Tensor.concatenate(all, axis: 1))
  }
}

/// Half of the channels through blocks, half past them, weighed by what their means say.
private struct CSPLayer: Sendable {
  private let mainConv: CSPConvolution
  private let shortConv: CSPConvolution
  private let blocks: [CSPNeXtBlock]
  private let attention: Conv2d
  private let finalConv: CSPConvolution

  init(
    _ weights: WeightScope, channels: Int, blocks count: Int, isResidual: Bool
  ) throws(WeightsError) {
    let inner = channels / 2
    mainConv = try CSPConvolution(
      weights["main_conv"], inputs: channels, outputs: inner, kernel: 1)
    shortConv = try CSPConvolution(
      weights["short_conv"], inputs: channels, outputs: inner, kernel: 1)
    var blocks: [CSPNeXtBlock] = []
    for index in 0..<count {
      blocks.append(
        try CSPNeXtBlock(
          weights["blocks.\(index)"], channels: inner, isResidual: isResidual))
    }
    self.blocks = blocks
    attention = try Conv2d(
      weights["attention.fc"], inputs: 2 * inner, outputs: 2 * inner, kernel: 1)
    finalConv = try CSPConvolution(
      weights["final_conv"], inputs: 2 * inner, outputs: channels, kernel: 1)
  }

  /// x [N, channels, H, W] -> same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let main = blocks.reduce(mainConv(x)) { $1($0) }  // [N, channels / 2, H, W]
    let both = Tensor.concatenate([main, shortConv(x)], axis: 1)
    return finalConv(both * attention(both.globalAveragePool()).activation(.hardSigmoid))
  }
}

/// A 3x3 convolution, a 5x5 one of each channel by itself, and a 1x1 one.
private struct CSPNeXtBlock: Sendable {
  private let conv1: CSPConvolution
  private let depthwise: CSPConvolution
  private let pointwise: CSPConvolution
  private let isResidual: Bool

  init(_ weights: WeightScope, channels: Int, isResidual: Bool) throws(WeightsError) {
    conv1 = try CSPConvolution(weights["conv1"], inputs: channels, outputs: channels, kernel: 3)
    depthwise = try CSPConvolution(
      weights["conv2.depthwise_conv"], inputs: channels, outputs: channels, kernel: 5,
      groups: channels)
    pointwise = try CSPConvolution(
      weights["conv2.pointwise_conv"], inputs: channels, outputs: channels, kernel: 1)
    self.isResidual = isResidual
  }

  /// x [N, channels, H, W] -> same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let result = pointwise(depthwise(conv1(x)))
    return isResidual ? result + x : result
  }
}
