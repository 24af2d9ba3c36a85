public import Compute
public import Weights

/// A transformer's feed-forward part with a gate: half of the inner layer, times GELU of the other half.
///
/// Tensors: `net.0.proj` (to 8 x channels: values, then gates) and `net.2` (back from 4 x channels).
public struct GEGLUFeedForward: Sendable {
  private let inner: Linear
  private let outer: Linear
  private let width: Int

  public init(_ weights: WeightScope, channels: Int) throws(WeightsError) {
    width = 4 * channels
    inner = try Linear(weights["net.0.proj"], inputs: channels, outputs: 2 * width)
    outer = try Linear(weights["net.2"], inputs: width, outputs: channels)
  }

  /// x [N, L, channels] -> same.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let both = inner(x)  // [N, L, 2 * width]
    let values = both.slice(axis: 2, 0..<width)
    let gates = both.slice(axis: 2, width..<2 * width).activation(.gelu)
    return outer(values * gates)
  }
}
