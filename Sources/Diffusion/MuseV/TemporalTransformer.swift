import Compute
import Layers
import Weights

// After TMElyralab/MuseV 43370a6, musev/models/temporal_transformer.py: TransformerTemporalModel.

/// A transformer over the frames of a clip, for each pixel by itself, added to the clip's pictures.
///
/// Its block attends to the frames twice, and never to a text.
struct TemporalTransformer: Sendable {
  private let norm: GroupNorm
  private let projectIn: Linear
  private let projectPosition: Linear
  private let block: BasicTransformerBlock
  private let outWeight: Constant
  private let outBias: Constant

  /// `positions` is the width of a frame's embedding, `epsilon` that of the block's first and third norm.
  init(
    _ weights: WeightScope, channels: Int, positions: Int, heads: Int, groups: Int,
    epsilon: Float
  ) throws(WeightsError) {
    norm = try GroupNorm(weights["norm"], groups: groups, channels: channels, epsilon: 1e-6)
    projectIn = try Linear(weights["proj_in"], inputs: channels, outputs: channels)
    projectPosition = try Linear(weights["frame_emb_proj"], inputs: positions, outputs: channels)
    block = try BasicTransformerBlock(
      weights["transformer_blocks.0"], channels: channels, context: channels, heads: heads,
      epsilon: epsilon)
    let share = try TemporalWeight(weights)
    let out = weights["proj_out"]
    outWeight = share.scaled(try out.tensor("weight", shape: [channels, channels]))
    outBias = share.scaled(try out.tensor("bias", shape: [channels]))
  }

  /// x [B * F, C, H, W], positions [F, width] after their SiLU -> same as x.
  func callAsFunction(_ x: Tensor, positions: Tensor) -> Tensor {
    let (frames, channels) = (positions.shape[0], x.shape[1])
    let (clips, pixels) = (x.shape[0] / frames, x.shape[2] * x.shape[3])
    // Of rank 5, since a rank of 4 is a picture, whose second axis lies innermost in memory.
    let tokens = norm(x.clips(of: frames)).tokens()
      .reshape([clips, frames, pixels, channels, 1]).permute([0, 2, 1, 3, 4])
      .reshape([clips * pixels, frames, channels])
    let placed = projectIn(tokens) + projectPosition(positions)
    let attended = block(placed, context: nil).linear(weight: outWeight, bias: outBias)
    return attended.reshape([clips, pixels, frames, channels, 1]).permute([0, 2, 1, 3, 4])
      .reshape([x.shape[0], pixels, channels])
      .spatial(height: x.shape[2], width: x.shape[3]) + x
  }
}
