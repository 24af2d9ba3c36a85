import Compute
import Layers
import Weights

/// A convolution without offset and the batch normalisation after it, or the two as one.
struct NormalizedConvolution: Sendable {
  private enum Form: Sendable {
    case separate(ConvolutionWithNorm)
    case folded(Conv2d)
  }

  private let form: Form

  /// Takes `convolution.weight` and either `convolution.bias`, where they are one, or the tensors of `norm`.
  init(
    _ weights: WeightScope, convolution: String, norm: String, inputs: Int, outputs: Int,
    kernel: Int, stride: Int = 1
  ) throws(WeightsError) {
    let padding = Padding(kernel / 2)
    form =
      weights.contains("\(convolution).bias")
      ? .folded(
        try Conv2d(
          weights[convolution], inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
          padding: padding))
      : .separate(
        try ConvolutionWithNorm(
          weights[convolution], norm: weights[norm], inputs: inputs, outputs: outputs,
          kernel: kernel, stride: stride, padding: padding))
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    switch form {
    case .separate(let layer): layer(x)
    case .folded(let layer): layer(x)
    }
  }
}

/// A batch normalisation that no product comes before: each channel is scaled and shifted.
struct ChannelScale: Sendable {
  private let scale: Constant
  private let shift: Constant

  init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    let ones = Constant(HostTensor(shape: [channels], repeating: 1))
    (scale, shift) = try BatchNorm(weights, channels: channels).folded(into: ones, bias: nil)
  }

  /// x [N, channels, ...] -> as x.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let shape = [1, x.shape[1]] + x.shape.dropFirst(2).map { _ in 1 }
    return x * x.constant(scale).reshape(shape) + x.constant(shift).reshape(shape)
  }
}

/// A rectifier that multiplies what is below 0 by a number for each channel (He and others, 2015).
struct PReLU: Sendable {
  private let slope: Constant

  /// Takes `weight` [channels], which ONNX has as [channels, 1, 1].
  init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    let wide = [channels, 1, 1]
    slope = try weights.tensor(
      "weight", shape: wide,
      stored: weights.storedShape("weight") == wide ? wide : [channels])
  }

  /// x [N, channels, H, W] -> as x.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let below = x.affine(scale: -1).activation(.relu)
    return x.activation(.relu) - below * x.constant(slope)
  }
}
