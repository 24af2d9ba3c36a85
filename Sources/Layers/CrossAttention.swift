public import Compute
public import Weights

/// Attention of a sequence to itself or to a context, under the names of diffusers.
///
/// Tensors: `to_q`, `to_k`, `to_v`, and `to_out.0`, which always has an offset; `query`, `key`, `value` and
/// `proj_attn` in files from before diffusers 0.12.
public struct CrossAttention: Sendable {
  private let toQuery: Linear
  private let toKey: Linear
  private let toValue: Linear
  private let toOutput: Linear
  private let heads: Int

  /// `channels` is the width of the sequence, `context` that of what it attends to; `heads` divides `channels`.
  ///
  /// With `bias`, queries, keys and values have offsets too.
  public init(
    _ weights: WeightScope, channels: Int, context: Int, heads: Int, bias: Bool = false
  ) throws(WeightsError) {
    let isOld = weights.contains("query.weight")
    let names =
      isOld ? ["query", "key", "value", "proj_attn"] : ["to_q", "to_k", "to_v", "to_out.0"]
    toQuery = try Linear(weights[names[0]], inputs: channels, outputs: channels, bias: bias)
    toKey = try Linear(weights[names[1]], inputs: context, outputs: channels, bias: bias)
    toValue = try Linear(weights[names[2]], inputs: context, outputs: channels, bias: bias)
    toOutput = try Linear(weights[names[3]], inputs: channels, outputs: channels)
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
