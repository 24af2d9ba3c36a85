public import Compute
public import Weights

/// Normalisation over groups of a picture's channels: [N, C, H, W] -> same.
public struct GroupNorm: Sendable {
  private let weight: Constant
  private let bias: Constant
  private let groups: Int
  private let epsilon: Float

  /// Takes `weight` and `bias` [channels]; `groups` divides `channels`.
  public init(
    _ weights: WeightScope, groups: Int, channels: Int, epsilon: Float
  ) throws(WeightsError) {
    weight = try weights.tensor("weight", shape: [channels])
    bias = try weights.tensor("bias", shape: [channels])
    self.groups = groups
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.groupNorm(groups: groups, epsilon: epsilon, weight: weight, bias: bias)
  }
}

/// Normalisation of each token: [N, L, C] -> same.
public struct LayerNorm: Sendable {
  private let weight: Constant
  private let bias: Constant
  private let epsilon: Float

  /// Takes `weight` and `bias` [channels].
  public init(
    _ weights: WeightScope, channels: Int, epsilon: Float = 1e-5
  ) throws(WeightsError) {
    weight = try weights.tensor("weight", shape: [channels])
    bias = try weights.tensor("bias", shape: [channels])
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    x.layerNorm(epsilon: epsilon, weight: weight, bias: bias)
  }
}
