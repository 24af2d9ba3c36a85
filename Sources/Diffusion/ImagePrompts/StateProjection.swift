public import Compute
import Layers
public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/ip_adapter.py: MLPProjModel.

/// An image prompt's tokens, one of each of CLIP's states of a picture: IP-Adapter-Full.
///
/// Published below `image_proj` of `ip-adapter-full-face_sd15`.
public struct StateProjection: Sendable {
  /// Width of the states that it takes.
  public let width: Int
  /// Width of a token.
  public let channels: Int
  private let first: Linear
  private let second: Linear
  private let norm: LayerNorm

  /// Takes `proj.0`, `proj.2` and `proj.3` from `weights`, whose shapes tell the sizes; published is 1280 to 768.
  ///
  /// Throws `WeightsError.missing`, `.foreign` or `.shape`.
  public init(_ weights: WeightScope) throws(WeightsError) {
    width = try weights.size(of: "proj.0.weight", axis: 1)
    let inner = try weights.size(of: "proj.0.weight")
    channels = try weights.size(of: "proj.2.weight")
    first = try Linear(weights["proj.0"], inputs: width, outputs: inner)
    second = try Linear(weights["proj.2"], inputs: inner, outputs: channels)
    norm = try LayerNorm(weights["proj.3"], channels: channels)
  }

  /// Records it: states [N, L, width] of one picture each -> [N, L, channels].
  public func callAsFunction(_ states: Tensor) -> Tensor {
    norm(second(first(states).activation(.gelu)))
  }
}
