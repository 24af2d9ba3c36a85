public import Compute
public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/ip_adapter_faceid.py: ProjPlusModel.

/// An image prompt's tokens, made of a face's embedding, which gather more from CLIP's states of the face: IP-Adapter-FaceID-Plus.
///
/// Published below `image_proj` of `ip-adapter-faceid-plus_sd15` and `ip-adapter-faceid-plusv2_sd15`.
public struct FaceResampler: Sendable {
  /// Width of the embedding that it takes.
  public var width: Int { projection.width }
  /// Width of the states that it takes.
  public var stateWidth: Int { resampler.width }
  /// Width of a token.
  public var channels: Int { resampler.channels }
  private let projection: FaceProjection
  private let resampler: PerceiverResampler
  private let addsToEmbedding: Bool

  /// Takes all tensors of `weights`, whose shapes tell the sizes.
  ///
  /// With `addsToEmbedding`, as in version 2, what is gathered is added to what the embedding alone gives; nothing in the weights tells. Throws
  /// `WeightsError.missing`, `.foreign`, `.shape` or `.configuration`.
  public init(_ weights: WeightScope, addsToEmbedding: Bool) throws(WeightsError) {
    projection = try FaceProjection(weights)
    resampler = try PerceiverResampler(weights["perceiver_resampler"])
    self.addsToEmbedding = addsToEmbedding
    guard projection.channels == resampler.inner, resampler.inner == resampler.channels else {
      throw .configuration(
        file: weights.file,
        reason:
          "its tokens have \(projection.channels), \(resampler.inner) and \(resampler.channels) values"
      )
    }
  }

  /// embedding [N, width] of length 1, states [N, L, stateWidth] of the same face -> [N, tokens, channels].
  public func callAsFunction(_ embedding: Tensor, states: Tensor) -> Tensor {
    let own = projection(embedding)
    let gathered = resampler(own, states: states)
    return addsToEmbedding ? own + gathered : gathered
  }
}
