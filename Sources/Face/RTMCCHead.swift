import Compute
import Layers
import Weights

// After mmpose 1.1.0, mmpose/models/heads/coord_cls_heads/rtmcc_head.py and models/utils/rtmcc_block.py.

/// The head of RTMPose: features to a row of scores along x and one along y for every keypoint (SimCC, arXiv:2107.03332).
struct RTMCCHead: Sendable {
  private let finalLayer: Conv2d
  private let norm: ScaleNorm
  private let linear: Linear
  private let attention: GatedAttention
  private let scoresX: Linear
  private let scoresY: Linear

  init(
    _ weights: WeightScope, inputs: Int, configuration: RTMPose.Configuration
  ) throws(WeightsError) {
    let (kernel, hidden) = (configuration.headKernel, configuration.hidden)
    finalLayer = try Conv2d(
      weights["final_layer"], inputs: inputs, outputs: configuration.keypoints, kernel: kernel,
      padding: Padding(kernel / 2))
    norm = try ScaleNorm(weights["mlp.0"], channels: configuration.cells)
    linear = try Linear(
      weights["mlp.1"], inputs: configuration.cells, outputs: hidden, bias: false)
    attention = try GatedAttention(weights["gau"], configuration: configuration)
    scoresX = try Linear(
      weights["cls_x"], inputs: hidden, outputs: configuration.binsX, bias: false)
    scoresY = try Linear(
      weights["cls_y"], inputs: hidden, outputs: configuration.binsY, bias: false)
  }

  /// features [N, inputs, h, w] with h * w cells -> x [N, keypoints, binsX], y [N, keypoints, binsY].
  func callAsFunction(_ features: Tensor) -> (x: Tensor, y: Tensor) {
    let maps = finalLayer(features)
    var tokens = maps.reshape([maps.shape[0], maps.shape[1], maps.shape[2] * maps.shape[3]])
    tokens = attention(linear(norm(tokens)))  // [N, keypoints, hidden]
    return (scoresX(tokens), scoresY(tokens))
  }
}

/// Divides each token by the root of its mean square: [N, L, channels] -> same.
private struct ScaleNorm: Sendable {
  private let gain: Constant
  private let scale: Float

  init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    gain = try weights.tensor("g", shape: [1])
    scale = 1 / Float(channels).squareRoot()
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let size = x.length().affine(scale: scale).clamp(to: 1e-5...Float.greatestFiniteMagnitude)
    return x / size * x.constant(gain)
  }
}

/// The gated attention unit (arXiv:2202.10447) between keypoints, with squared ReLU for softmax.
private struct GatedAttention: Sendable {
  private let norm: ScaleNorm
  private let expand: Linear
  private let gains: Constant
  private let offsets: Constant
  private let contract: Linear
  private let residualScale: Constant
  private let expanded: Int
  private let width: Int

  init(
    _ weights: WeightScope, configuration: RTMPose.Configuration
  ) throws(WeightsError) {
    let hidden = configuration.hidden
    (expanded, width) = (configuration.expanded, configuration.attention)
    norm = try ScaleNorm(weights["ln"], channels: hidden)
    expand = try Linear(
      weights["uv"], inputs: hidden, outputs: 2 * expanded + width, bias: false)
    gains = try weights.tensor("gamma", shape: [2, width])
    offsets = try weights.tensor("beta", shape: [2, width])
    contract = try Linear(weights["o"], inputs: expanded, outputs: hidden, bias: false)
    residualScale = try weights.tensor("res_scale.scale", shape: [hidden])
  }

  /// x [N, L, hidden] -> same.
  func callAsFunction(_ x: Tensor) -> Tensor {
    let all = expand(norm(x)).activation(.silu)  // [N, L, 2 * expanded + width]
    let gates = all.slice(axis: 2, 0..<expanded)
    let values = all.slice(axis: 2, expanded..<2 * expanded)
    let base = all.slice(axis: 2, 2 * expanded..<2 * expanded + width)
    let (query, key) = (project(base, 0), project(base, 1))  // [N, L, width]
    let scores = query.matmul(key, transposed: true)
      .affine(scale: 1 / Float(width).squareRoot()).activation(.relu)  // [N, L, L]
    let attended = (scores * scores).matmul(values)  // [N, L, expanded]
    return x * x.constant(residualScale) + contract(gates * attended)
  }

  private func project(_ base: Tensor, _ row: Int) -> Tensor {
    let rows = row..<row + 1
    return base * base.constant(gains).slice(axis: 0, rows)
      + base.constant(offsets).slice(axis: 0, rows)
  }
}
