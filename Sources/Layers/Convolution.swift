public import Compute
public import Weights

/// A convolution of pictures: [N, inputs, H, W] -> [N, outputs, OH, OW].
public struct Conv2d: Sendable {
  private let weight: Constant
  private let bias: Constant?
  private let stride: Int
  private let padding: Padding

  /// Takes `weight` [outputs, inputs, kernel, kernel] and, with `bias`, `bias` [outputs].
  public init(
    _ weights: WeightScope, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    padding: Padding = .none, bias: Bool = true
  ) throws(WeightsError) {
    weight = try weights.tensor("weight", shape: [outputs, inputs, kernel, kernel])
    self.bias = bias ? try weights.tensor("bias", shape: [outputs]) : nil
    self.stride = stride
    self.padding = padding
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.conv2d(weight: weight, bias: bias, stride: stride, padding: padding)
  }
}

/// A convolution of sequences: [N, inputs, L] -> [N, outputs, OL].
public struct Conv1d: Sendable {
  private let weight: Constant
  private let bias: Constant
  private let stride: Int
  private let padding: Int

  /// Takes `weight` [outputs, inputs, kernel] and `bias` [outputs]; `padding` zeros go to each end.
  public init(
    _ weights: WeightScope, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0
  ) throws(WeightsError) {
    weight = try weights.tensor(
      "weight", shape: [outputs, inputs, 1, kernel], stored: [outputs, inputs, kernel])
    bias = try weights.tensor("bias", shape: [outputs])
    self.stride = stride
    self.padding = padding
  }

  /// The sequence as a picture of height 1, which a following convolution takes without rearranging.
  public func overPicture(_ x: Tensor) -> Tensor {
    x.conv2d(
      weight: weight, bias: bias, stride: stride,
      padding: Padding(top: 0, left: padding, bottom: 0, right: padding))
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let y = overPicture(x.reshape([x.shape[0], x.shape[1], 1, x.shape[2]]))
    return y.reshape([y.shape[0], y.shape[1], y.shape[3]])
  }
}
