public import Compute
public import Weights

/// A matrix product with an optional offset: [..., inputs] -> [..., outputs].
public struct Linear: Sendable {
  private let weight: Constant
  private let bias: Constant?

  /// Takes `weight` [outputs, inputs] and, with `bias`, `bias` [outputs].
  public init(
    _ weights: WeightScope, inputs: Int, outputs: Int, bias: Bool = true
  ) throws(WeightsError) {
    weight = try weights.tensor("weight", shape: [outputs, inputs])
    self.bias = bias ? try weights.tensor("bias", shape: [outputs]) : nil
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight, bias: bias) }
}
