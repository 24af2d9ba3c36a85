public import Compute
public import Weights

/// Attention of a sequence to itself or to a context, under the names of diffusers.
///
/// Tensors: `to_q`, `to_k`, `to_v` without offsets, `to_out.0` with one.
public struct CrossAttention: Sendable {
  private let toQuery: Linear
  private let toKey: Linear
  private let toValue: Linear
  private let toOutput: Linear
  private let heads: Int

  /// `channels` is the width of the sequence, `context` that of what it attends to; `heads` divides `channels`.
  public init(
    _ weights: WeightScope, channels: Int, context: Int, heads: Int
  ) throws(WeightsError) {
    toQuery = try Linear(weights["to_q"], inputs: channels, outputs: channels, bias: false)
    toKey = try Linear(weights["to_k"], inputs: context, outputs: channels, bias: false)
    toValue = try Linear(weights["to_v"], inputs: context, outputs: channels, bias: false)
    toOutput = try Linear(weights["to_out.0"], inputs: channels, outputs: channels)
    self.heads = heads
  }

  /// x [N, L, channels], context [N, S, context] (x itself where nil) -> [N, L, channels].
  public func callAsFunction(_ x: Tensor, context: Tensor? = nil) -> Tensor {
    let context = context ?? x
    let attended = toQuery(x).attention(
      key: toKey(context), value: toValue(context), heads: heads)  // [N, L, channels]
    return toOutput(attended)
  }
}
