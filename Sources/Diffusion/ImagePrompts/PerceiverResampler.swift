import Compute
import Layers
import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/resampler.py, without the learned queries of its Resampler.

/// Queries that gather tokens from all of CLIP's states of a picture.
struct PerceiverResampler: Sendable {
  /// Width of the states that it takes.
  let width: Int
  /// Width of a query.
  let inner: Int
  /// Width of a token.
  let channels: Int
  private static let headWidth = 64
  private let projectionIn: Linear
  private let layers: [PerceiverLayer]
  private let projectionOut: Linear
  private let norm: LayerNorm

  /// Takes `proj_in`, `layers`, `proj_out` and `norm_out` of `weights`, whose shapes tell the sizes; heads are 64 wide.
  init(_ weights: WeightScope) throws(WeightsError) {
    inner = try weights.size(of: "proj_in.weight")
    width = try weights.size(of: "proj_in.weight", axis: 1)
    channels = try weights.size(of: "proj_out.weight")
    projectionIn = try Linear(weights["proj_in"], inputs: width, outputs: inner)
    var layers: [PerceiverLayer] = []
    for index in 0..<weights.count(of: { "layers.\($0).0.to_q.weight" }) {
      layers.append(
        try PerceiverLayer(
          weights["layers.\(index)"], channels: inner, headWidth: Self.headWidth))
    }
    self.layers = layers
    projectionOut = try Linear(weights["proj_out"], inputs: inner, outputs: channels)
    norm = try LayerNorm(weights["norm_out"], channels: channels)
  }

  /// queries [N, tokens, inner], states [N, L, width] of one picture each -> [N, tokens, channels].
  func callAsFunction(_ queries: Tensor, states: Tensor) -> Tensor {
    let seen = projectionIn(states)
    return norm(projectionOut(layers.reduce(queries) { $1($0, seen: seen) }))
  }
}

/// Attention of the queries to the picture's states and themselves, and a feed-forward part, each added.
private struct PerceiverLayer: Sendable {
  private let seenNorm: LayerNorm
  private let ownNorm: LayerNorm
  private let toQuery: Linear
  private let toKeyAndValue: Linear
  private let toOutput: Linear
  private let forwardNorm: LayerNorm
  private let forwardIn: Linear
  private let forwardOut: Linear
  private let heads: Int

  init(_ weights: WeightScope, channels: Int, headWidth: Int) throws(WeightsError) {
    let (attention, forward) = (weights["0"], weights["1"])
    seenNorm = try LayerNorm(attention["norm1"], channels: channels)
    ownNorm = try LayerNorm(attention["norm2"], channels: channels)
    let inner = try attention.size(of: "to_q.weight")
    guard inner % headWidth == 0 else {
      throw .configuration(
        file: weights.file, reason: "\(inner) values are no heads of \(headWidth)")
    }
    heads = inner / headWidth
    toQuery = try Linear(attention["to_q"], inputs: channels, outputs: inner, bias: false)
    toKeyAndValue = try Linear(
      attention["to_kv"], inputs: channels, outputs: 2 * inner, bias: false)
    toOutput = try Linear(attention["to_out"], inputs: inner, outputs: channels, bias: false)
    forwardNorm = try LayerNorm(forward["0"], channels: channels)
    let wide = try forward.size(of: "1.weight")
    forwardIn = try Linear(forward["1"], inputs: channels, outputs: wide, bias: false)
    forwardOut = try Linear(forward["3"], inputs: wide, outputs: channels, bias: false)
  }

  /// x [N, tokens, channels], seen [N, L, channels] -> as x.
  func callAsFunction(_ x: Tensor, seen: Tensor) -> Tensor {
    let own = ownNorm(x)
    let all = toKeyAndValue(Tensor.concatenate([seenNorm(seen), own], axis: 1))
    let inner = all.shape[2] / 2
    let attended = toQuery(own).attention(
      key: all.slice(axis: 2, 0..<inner), value: all.slice(axis: 2, inner..<(2 * inner)),
      heads: heads)
    let y = x + toOutput(attended)
    return y + forwardOut(forwardIn(forwardNorm(y)).activation(.gelu))
  }
}
