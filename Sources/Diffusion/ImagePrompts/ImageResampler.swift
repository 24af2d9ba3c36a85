public import Compute
import Layers
public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/resampler.py.

/// An image prompt's tokens, which learned queries gather from all of CLIP's states of a picture: IP-Adapter-Plus.
///
/// Published below `image_proj` of `ip-adapter-plus_sd15` and `ip-adapter-plus-face_sd15`.
public struct ImageResampler: Sendable {
  /// Width of the states that it takes.
  public var width: Int { resampler.width }
  /// How many tokens it makes.
  public let tokens: Int
  /// Width of a token.
  public var channels: Int { resampler.channels }
  private let queries: Constant
  private let resampler: PerceiverResampler

  /// Takes all tensors of `weights`, whose shapes tell the sizes; heads are 64 wide.
  ///
  /// Throws `WeightsError.missing`, `.foreign`, `.shape` or `.configuration`.
  public init(_ weights: WeightScope) throws(WeightsError) {
    tokens = try weights.size(of: "latents", axis: 1)
    resampler = try PerceiverResampler(weights)
    queries = try weights.tensor("latents", shape: [1, tokens, resampler.inner])
  }

  /// Records it: states [N, L, width] of one picture each -> [N, tokens, channels].
  public func callAsFunction(_ states: Tensor) -> Tensor {
    let learned = states.constant(queries)
    let start = Tensor.concatenate(Array(repeating: learned, count: states.shape[0]), axis: 0)
    return resampler(start, states: states)
  }
}
