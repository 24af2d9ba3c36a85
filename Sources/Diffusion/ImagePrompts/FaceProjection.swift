public import Compute
import Layers
public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/ip_adapter_faceid.py: MLPProjModel.

/// An image prompt's tokens, made of a face's embedding: IP-Adapter-FaceID.
///
/// Published below `image_proj` of `ip-adapter-faceid_sd15`.
public struct FaceProjection: Sendable {
  /// Width of the embedding that it takes.
  public let width: Int
  /// How many tokens it makes.
  public let tokens: Int
  /// Width of a token.
  public let channels: Int
  private let first: Linear
  private let second: Linear
  private let norm: LayerNorm

  /// Takes `proj.0`, `proj.2` and `norm` from `weights`, whose shapes tell the sizes; published is 512 to 4 x 768.
  ///
  /// Throws `WeightsError.missing`, `.foreign`, `.shape` or `.configuration`.
  public init(_ weights: WeightScope) throws(WeightsError) {
    width = try weights.size(of: "proj.0.weight", axis: 1)
    channels = try weights.size(of: "norm.weight")
    let inner = try weights.size(of: "proj.0.weight")
    let outputs = try weights.size(of: "proj.2.weight")
    guard outputs % channels == 0 else {
      throw .configuration(
        file: weights.file, reason: "\(outputs) outputs are no tokens of \(channels)")
    }
    tokens = outputs / channels
    first = try Linear(weights["proj.0"], inputs: width, outputs: inner)
    second = try Linear(weights["proj.2"], inputs: inner, outputs: outputs)
    norm = try LayerNorm(weights["norm"], channels: channels)
  }

  /// embedding [N, width] of length 1 -> [N, tokens, channels].
  ///
  /// A face that is not given has the embedding 0.
  public func callAsFunction(_ embedding: Tensor) -> Tensor {
    let all = second(first(embedding).activation(.gelu))  // [N, tokens * channels]
    return norm(all.reshape([all.shape[0], tokens, channels]))
  }
}
