public import Compute
public import Weights

/// Self-attention, attention to a context, and a feed-forward part, each added to its input: diffusers'
/// BasicTransformerBlock.
public struct BasicTransformerBlock: Sendable {
  private let norm1: LayerNorm
  private let attn1: CrossAttention
  private let norm2: LayerNorm
  private let attn2: CrossAttention
  private let norm3: LayerNorm
  private let feedForward: GEGLUFeedForward

  /// `image` and `face` are the widths of image prompts' tokens, nil where there are none; `epsilon` is the first and the
  /// third norm's.
  public init(
    _ weights: WeightScope, channels: Int, context: Int, heads: Int, image: Int? = nil,
    face: Int? = nil, epsilon: Float = 1e-5
  ) throws(WeightsError) {
    norm1 = try LayerNorm(weights["norm1"], channels: channels, epsilon: epsilon)
    attn1 = try CrossAttention(
      weights["attn1"], channels: channels, context: channels, heads: heads)
    norm2 = try LayerNorm(weights["norm2"], channels: channels)
    attn2 = try CrossAttention(
      weights["attn2"], channels: channels, context: context, heads: heads, image: image,
      face: face)
    norm3 = try LayerNorm(weights["norm3"], channels: channels, epsilon: epsilon)
    feedForward = try GEGLUFeedForward(weights["ff"], channels: channels)
  }

  /// x [N, L, channels], context [M, S, context] (x itself where nil) -> [N, L, channels].
  ///
  /// M divides N, as in `CrossAttention`. Each frame of a clip attends to itself and its `conditionFrames`.
  public func callAsFunction(
    _ x: Tensor, context: Tensor?, image: ImagePrompt? = nil, face: ImagePrompt? = nil,
    conditionFrames: ClipFrames? = nil
  ) -> Tensor {
    var x = x
    let own = norm1(x)
    let attended =
      conditionFrames.map { frames in attn1(own) { frames.appended(to: $0(own)) } } ?? attn1(own)
    x = attended + x
    x = attn2(norm2(x), context: context, image: image, face: face) + x
    return feedForward(norm3(x)) + x
  }
}

/// Transformer blocks over a picture's pixels, added to the picture: diffusers' Transformer2DModel.
public struct Transformer2D: Sendable {
  /// How the picture is brought into the transformer: by a 1x1 convolution, or by a matrix after unfolding.
  private enum Projection: Sendable {
    case convolution(into: Conv2d, out: Conv2d)
    case linear(into: Linear, out: Linear)
  }

  private let norm: GroupNorm
  private let projection: Projection
  private let blocks: [BasicTransformerBlock]

  /// `image`, `face` and `epsilon` are the blocks'.
  public init(
    _ weights: WeightScope, channels: Int, context: Int, heads: Int, groups: Int, layers: Int = 1,
    linearProjection: Bool = false, image: Int? = nil, face: Int? = nil, epsilon: Float = 1e-5
  ) throws(WeightsError) {
    norm = try GroupNorm(weights["norm"], groups: groups, channels: channels, epsilon: 1e-6)
    projection =
      linearProjection
      ? .linear(
        into: try Linear(weights["proj_in"], inputs: channels, outputs: channels),
        out: try Linear(weights["proj_out"], inputs: channels, outputs: channels))
      : .convolution(
        into: try Conv2d(weights["proj_in"], inputs: channels, outputs: channels, kernel: 1),
        out: try Conv2d(weights["proj_out"], inputs: channels, outputs: channels, kernel: 1))
    var blocks: [BasicTransformerBlock] = []
    for index in 0..<layers {
      blocks.append(
        try BasicTransformerBlock(
          weights["transformer_blocks.\(index)"], channels: channels, context: context,
          heads: heads, image: image, face: face, epsilon: epsilon))
    }
    self.blocks = blocks
  }

  /// x [N, channels, H, W], context [M, S, context] -> [N, channels, H, W]; the rest is the blocks'.
  public func callAsFunction(
    _ x: Tensor, context: Tensor, image: ImagePrompt? = nil, face: ImagePrompt? = nil,
    conditionFrames: ClipFrames? = nil
  ) -> Tensor {
    let (height, width) = (x.shape[2], x.shape[3])
    let normalized = norm(x)
    let inside =
      switch projection {
      case .convolution(let into, _): into(normalized).tokens()
      case .linear(let into, _): into(normalized.tokens())
      }  // [N, H * W, channels]
    let attended = blocks.reduce(inside) {
      $1($0, context: context, image: image, face: face, conditionFrames: conditionFrames)
    }
    let outside =
      switch projection {
      case .convolution(_, let out): out(attended.spatial(height: height, width: width))
      case .linear(_, let out): out(attended).spatial(height: height, width: width)
      }
    return outside + x
  }
}
