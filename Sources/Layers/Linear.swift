public import Compute
public import Weights

/// A matrix product with an optional offset: [..., inputs] -> [..., outputs].
public struct Linear: Sendable {
  private let weight: Constant
  private let bias: Constant?

  /// Takes `weight` [outputs, inputs], which may be stored as a 1x1 kernel [outputs, inputs, 1, 1], and, with `bias`,
  /// `bias` [outputs].
  public init(
    _ weights: WeightScope, inputs: Int, outputs: Int, bias: Bool = true
  ) throws(WeightsError) {
    let kernel = [outputs, inputs, 1, 1]
    weight = try weights.tensor(
      "weight", shape: [outputs, inputs],
      stored: weights.storedShape("weight") == kernel ? kernel : nil)
    self.bias = bias ? try weights.tensor("bias", shape: [outputs]) : nil
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.linear(weight: weight, bias: bias) }
}
