public import Compute
public import Weights

/// Attention of a picture's pixels to each other, with one head, added to the picture: what autoencoders of
/// diffusers have in their middle (`Attention` with `residual_connection`, once `AttentionBlock`).
public struct AttentionBlock2D: Sendable {
  private let norm: GroupNorm
  private let attention: CrossAttention

  /// Takes `group_norm` and the tensors of `CrossAttention`, all with offsets.
  public init(
    _ weights: WeightScope, channels: Int, groups: Int, epsilon: Float
  ) throws(WeightsError) {
    norm = try GroupNorm(
      weights["group_norm"], groups: groups, channels: channels, epsilon: epsilon)
    attention = try CrossAttention(
      weights, channels: channels, context: channels, heads: 1, bias: true)
  }

  /// x [N, channels, H, W] -> same.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let tokens = norm(x).tokens()  // [N, H * W, channels]
    return attention(tokens).spatial(height: x.shape[2], width: x.shape[3]) + x
  }
}
