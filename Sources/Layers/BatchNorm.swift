public import Compute
public import Weights

/// Batch normalisation with the statistics of its training: (x - mean) / sqrt(variance + epsilon) * weight + bias.
///
/// Without training it only scales and shifts each channel by constants. It is therefore folded into the product before
/// it when a plan is compiled, in double precision, and costs nothing.
public struct BatchNorm: Sendable {
  private let weight: Constant
  private let bias: Constant
  private let mean: Constant
  private let variance: Constant
  private let epsilon: Double
  private let error: WeightsError

  /// Takes `weight`, `bias`, `running_mean` and `running_var` [channels]; `num_batches_tracked` is the file's own affair.
  public init(
    _ weights: WeightScope, channels: Int, epsilon: Double = 1e-5
  ) throws(WeightsError) {
    weight = try weights.tensor("weight", shape: [channels])
    bias = try weights.tensor("bias", shape: [channels])
    mean = try weights.tensor("running_mean", shape: [channels])
    variance = try weights.tensor("running_var", shape: [channels])
    self.epsilon = epsilon
    error = .negativeVariance(file: weights.file, key: weights.key("running_var"))
  }

  /// The weight [channels, ...] and bias [channels] of one product that does what the given product and then the
  /// normalisation do.
  public func folded(into product: Constant, bias: Constant?) -> (weight: Constant, bias: Constant)
  {
    let folded = Constant(shape: product.shape) {
      let scales = try self.scales()
      let size = product.shape.dropFirst().reduce(1, *)
      return try product.values().enumerated().map { Float(Double($1) * scales[$0 / size]) }
    }
    let offset = Constant(shape: [product.shape[0]]) {
      let (scales, means, shifts) = try (self.scales(), mean.values(), self.bias.values())
      let before = try bias?.values() ?? Array(repeating: 0, count: scales.count)
      return scales.indices.map { channel in
        Float(
          (Double(before[channel]) - Double(means[channel])) * scales[channel]
            + Double(shifts[channel]))
      }
    }
    return (folded, offset)
  }

  private func scales() throws -> [Double] {
    let variances = try variance.values()
    if variances.contains(where: { $0 < 0 }) { throw error }
    return zip(try weight.values(), variances).map {
      Double($0) / (Double($1) + epsilon).squareRoot()
    }
  }
}

/// A convolution with the batch normalisation that follows it: [N, inputs, H, W] -> [N, outputs, OH, OW].
public struct ConvolutionWithNorm: Sendable {
  private let weight: Constant
  private let bias: Constant
  private let stride: Int
  private let padding: Padding
  private let groups: Int

  /// Takes `weight` [outputs, inputs / groups, kernel, kernel] and, with `bias`, `bias` [outputs] from `convolution`, and
  /// the tensors of `BatchNorm` from `norm`.
  public init(
    _ convolution: WeightScope, norm: WeightScope, inputs: Int, outputs: Int, kernel: Int,
    stride: Int = 1, padding: Padding = .none, groups: Int = 1, bias: Bool = false
  ) throws(WeightsError) {
    try self.init(
      convolution, norm: norm, shape: [outputs, inputs / groups, kernel, kernel], stride: stride,
      padding: padding, groups: groups, bias: bias)
  }

  /// The same with a `weight` of any `shape` [outputs, inputs / groups, KH, KW], which the file has in shape `stored`.
  public init(
    _ convolution: WeightScope, norm: WeightScope, shape: [Int], stored: [Int]? = nil,
    stride: Int = 1, padding: Padding = .none, groups: Int = 1, bias: Bool = false
  ) throws(WeightsError) {
    let plain = try convolution.tensor("weight", shape: shape, stored: stored)
    let plainBias = bias ? try convolution.tensor("bias", shape: [shape[0]]) : nil
    (weight, self.bias) = try BatchNorm(norm, channels: shape[0])
      .folded(into: plain, bias: plainBias)
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.conv2d(weight: weight, bias: bias, stride: stride, padding: padding, groups: groups)
  }
}

/// A matrix product with the batch normalisation that follows it: [N, inputs] -> [N, outputs].
public struct LinearWithNorm: Sendable {
  private let weight: Constant
  private let bias: Constant

  /// Takes `weight` [outputs, inputs] and `bias` [outputs] from `linear`, and the tensors of `BatchNorm` from `norm`.
  public init(
    _ linear: WeightScope, norm: WeightScope, inputs: Int, outputs: Int
  ) throws(WeightsError) {
    (weight, bias) = try BatchNorm(norm, channels: outputs).folded(
      into: linear.tensor("weight", shape: [outputs, inputs]),
      bias: linear.tensor("bias", shape: [outputs]))
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight, bias: bias) }
}
