import Compute
import Layers
import Weights

// After MuseTalk 0a89dec, musetalk/utils/face_parsing/resnet.py.

/// ResNet-18 (arXiv:1512.03385) without its classifier: a picture to features at three scales.
struct ResNet18Trunk: Sendable {
  private let stem: ConvolutionWithNorm
  private let layers: [[ResNetBasicBlock]]

  /// `widths` are the channels of the stem and of layers 1 to 4.
  init(_ weights: WeightScope, widths: [Int]) throws(WeightsError) {
    stem = try ConvolutionWithNorm(
      weights["conv1"], norm: weights["bn1"], inputs: 3, outputs: widths[0], kernel: 7, stride: 2,
      padding: Padding(3))
    var layers: [[ResNetBasicBlock]] = []
    for (index, width) in widths.enumerated().dropFirst() {
      let layer = weights["layer\(index)"]
      layers.append([
        try ResNetBasicBlock(
          layer["0"], inputs: widths[index - 1], outputs: width, stride: index == 1 ? 1 : 2),
        try ResNetBasicBlock(layer["1"], inputs: width, outputs: width, stride: 1),
      ])
    }
    self.layers = layers
  }

  /// image [N, 3, H, W] -> the results of layers 1 to 4, with strides 4, 8, 16, 32.
  func callAsFunction(_ image: Tensor) -> [Tensor] {
    var x = stem(image).activation(.relu).maxPool(kernel: 3, stride: 2, padding: 1)
    return layers.map { blocks in
      x = blocks.reduce(x) { $1($0) }
      return x
    }
  }
}

/// Two 3x3 convolutions added to their input, which a 1x1 convolution brings to their shape where it has another.
private struct ResNetBasicBlock: Sendable {
  private let conv1: ConvolutionWithNorm
  private let conv2: ConvolutionWithNorm
  private let downsample: ConvolutionWithNorm?

  init(_ weights: WeightScope, inputs: Int, outputs: Int, stride: Int) throws(WeightsError) {
    conv1 = try ConvolutionWithNorm(
      weights["conv1"], norm: weights["bn1"], inputs: inputs, outputs: outputs, kernel: 3,
      stride: stride, padding: Padding(1))
    conv2 = try ConvolutionWithNorm(
      weights["conv2"], norm: weights["bn2"], inputs: outputs, outputs: outputs, kernel: 3,
      padding: Padding(1))
    downsample =
      inputs == outputs && stride == 1
      ? nil
      : try ConvolutionWithNorm(
        weights["downsample.0"], norm: weights["downsample.1"], inputs: inputs, outputs: outputs,
        kernel: 1, stride: stride)
  }

  /// x [N, inputs, H, W] -> [N, outputs, ceil(H / stride), ceil(W / stride)].
  func callAsFunction(_ x: Tensor) -> Tensor {
    let residual = conv2(conv1(x).activation(.relu))
    return (residual + (downsample?(x) ?? x)).activation(.relu)
  }
}
