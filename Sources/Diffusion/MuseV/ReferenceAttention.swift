import Compute
import Layers
import Weights

// After TMElyralab/MuseV 43370a6, musev/models/attention_processor.py: ReferEmbFuseAttention.

/// Attention of each frame to the pixels of reference pictures and its own, added to the frame.
struct ReferenceAttention: Sendable {
  private let attention: CrossAttention

  init(_ weights: WeightScope, channels: Int, heads: Int) throws(WeightsError) {
    attention = try CrossAttention(weights, channels: channels, context: channels, heads: heads)
  }

  /// x [B * F, C, H, W] of B clips, reference [B * R, C, h, w] with R pictures a clip -> same as x.
  func callAsFunction(_ x: Tensor, reference: Tensor, frames: Int) -> Tensor {
    let (clips, channels) = (x.shape[0] / frames, x.shape[1])
    precondition(
      reference.shape[0] % clips == 0 && reference.shape[1] == channels,
      "reference \(reference.shape) for \(clips) clips of \(channels) channels")
    let own = x.tokens()  // [B * F, H * W, C]
    let other = reference.tokens().reshape([
      clips, reference.elementCount / clips / channels, channels,
    ])
    let attended = attention(own) { project in
      Tensor.concatenate([project(other).repeated(for: frames), project(own)], axis: 1)
    }
    return attended.spatial(height: x.shape[2], width: x.shape[3]) + x
  }
}

extension Tensor {
  fileprivate var elementCount: Int { shape.reduce(1, *) }

  /// [B, S, C] of B clips -> [B * F, S, C], the same for each of a clip's F frames.
  fileprivate func repeated(for frames: Int) -> Tensor {
    let clip = reshape([shape[0], 1, shape[1] * shape[2]])
    return Tensor.concatenate(Array(repeating: clip, count: frames), axis: 1)
      .reshape([shape[0] * frames, shape[1], shape[2]])
  }
}
