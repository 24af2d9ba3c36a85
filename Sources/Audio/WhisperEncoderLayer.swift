import Compute
import Layers
import Weights

/// Self-attention, then two matrices with GELU between, each normalised first and added to its input.
struct WhisperEncoderLayer: Sendable {
  private let attentionNorm: LayerNorm
  private let query: Linear
  private let key: Linear
  private let value: Linear
  private let output: Linear
  private let finalNorm: LayerNorm
  private let inner: Linear
  private let outer: Linear
  private let heads: Int

  init(
    _ weights: WeightScope, configuration: WhisperEncoderConfiguration
  ) throws(WeightsError) {
    let width = configuration.width
    heads = configuration.heads
    attentionNorm = try LayerNorm(weights["self_attn_layer_norm"], channels: width)
    let attention = weights["self_attn"]
    query = try Linear(attention["q_proj"], inputs: width, outputs: width)
    key = try Linear(attention["k_proj"], inputs: width, outputs: width, bias: false)
    value = try Linear(attention["v_proj"], inputs: width, outputs: width)
    output = try Linear(attention["out_proj"], inputs: width, outputs: width)
    finalNorm = try LayerNorm(weights["final_layer_norm"], channels: width)
    let innerWidth = configuration.feedForwardWidth
    inner = try Linear(weights["fc1"], inputs: width, outputs: innerWidth)
    outer = try Linear(weights["fc2"], inputs: innerWidth, outputs: width)
  }

  /// x [N, L, width] -> same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let normalized = attentionNorm(x)
    let attended = query(normalized).attention(
      key: key(normalized), value: value(normalized), heads: heads)
    let x = x + output(attended)
    return x + outer(inner(finalNorm(x)).activation(.gelu))
  }
}
