public import Compute
import Layers
public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/ip_adapter.py: ImageProjModel.

/// An image prompt's tokens, made of CLIP's embedding of the image.
///
/// Published in `ip_adapter_image_proj.bin`, below `image_proj`.
public struct ImageProjection: Sendable {
  /// Width of the embedding that it takes.
  public let width: Int
  /// How many tokens it makes.
  public let tokens: Int
  /// Width of a token.
  public let channels: Int
  private let projection: Linear
  private let norm: LayerNorm

  /// Takes `proj` and `norm` from `weights`, whose shapes tell the sizes; random weights have the published ones,
  /// 1024 to 4 x 768.
  ///
  /// Throws `WeightsError.missing`, `.foreign`, `.shape` or `.configuration`.
  public init(_ weights: WeightScope) throws(WeightsError) {
    var (outputs, channels, width) = (4 * 768, 768, 1024)
    if weights.contains("proj.weight") {
      outputs = try weights.size(of: "proj.weight")
      width = try weights.size(of: "proj.weight", axis: 1)
      channels = try weights.size(of: "norm.weight")
      guard outputs % channels == 0 else {
        throw .configuration(
          file: weights.file, reason: "\(outputs) outputs are no tokens of \(channels)")
      }
    }
    (self.width, self.channels, tokens) = (width, channels, outputs / channels)
    projection = try Linear(weights["proj"], inputs: width, outputs: outputs)
    norm = try LayerNorm(weights["norm"], channels: channels)
  }

  /// embedding [N, width] -> [N, tokens, channels].
  ///
  /// An image that is not given has the embedding 0.
  public func callAsFunction(_ embedding: Tensor) -> Tensor {
    let all = projection(embedding)  // [N, tokens * channels]
    return norm(all.reshape([all.shape[0], tokens, channels]))
  }
}
