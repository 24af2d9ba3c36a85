public import Compute
public import Weights

/// Attention of a sequence to itself or to a context, under the names of diffusers.
///
/// Tensors: `to_q`, `to_k`, `to_v`, and `to_out.0`, which always has an offset; `query`, `key`, `value` and
/// `proj_attn` in files from before diffusers 0.12. With an image prompt, `to_k_ip` and `to_v_ip` too; with a face's, which
/// MuseV has beside it, `ip_adapter_face_to_k_ip` and `ip_adapter_face_to_v_ip`.
public struct CrossAttention: Sendable {
  private let toQuery: Linear
  private let toKey: Linear
  private let toValue: Linear
  private let toOutput: Linear
  private let image: ImageProjections?
  private let face: ImageProjections?
  private let heads: Int

  /// What makes keys and values of a picture's tokens.
  private struct ImageProjections: Sendable {
    let key: Linear
    let value: Linear

    init(
      _ weights: WeightScope, prefix: String = "", width: Int, channels: Int
    ) throws(WeightsError) {
      key = try Linear(
        weights["\(prefix)to_k_ip"], inputs: width, outputs: channels, bias: false)
      value = try Linear(
        weights["\(prefix)to_v_ip"], inputs: width, outputs: channels, bias: false)
    }
  }

  /// `channels` is the width of the sequence, `context` that of what it attends to; `heads` divides `channels`.
  ///
  /// With `bias`, queries, keys and values have offsets too. `image` and `face` are the widths of image prompts' tokens, nil
  /// where there are none.
  public init(
    _ weights: WeightScope, channels: Int, context: Int, heads: Int, bias: Bool = false,
    image: Int? = nil, face: Int? = nil
  ) throws(WeightsError) {
    let isOld = weights.contains("query.weight")
    let names =
      isOld ? ["query", "key", "value", "proj_attn"] : ["to_q", "to_k", "to_v", "to_out.0"]
    toQuery = try Linear(weights[names[0]], inputs: channels, outputs: channels, bias: bias)
    toKey = try Linear(weights[names[1]], inputs: context, outputs: channels, bias: bias)
    toValue = try Linear(weights[names[2]], inputs: context, outputs: channels, bias: bias)
    toOutput = try Linear(weights[names[3]], inputs: channels, outputs: channels)
    self.heads = heads
    self.image =
      if let image { try ImageProjections(weights, width: image, channels: channels) } else { nil }
    self.face =
      if let face {
        try ImageProjections(
          weights, prefix: "ip_adapter_face_", width: face, channels: channels)
      } else { nil }
  }

  /// x [N, L, channels], context [M, S, context] (x itself where nil) -> [N, L, channels].
  ///
  /// M divides N: each N / M sequences in a row, such as the frames of a clip, share a context. So they do the tokens of
  /// `image` and `face`, of which as much is added as their scales say.
  public func callAsFunction(
    _ x: Tensor, context: Tensor? = nil, image: ImagePrompt? = nil, face: ImagePrompt? = nil
  ) -> Tensor {
    let context = context ?? x
    let query = toQuery(x)
    var attended = attend(query, key: toKey(context), value: toValue(context))  // [N, L, channels]
    for (prompt, projections) in [(image, self.image), (face, self.face)] {
      guard let prompt else { continue }
      guard let projections else {
        preconditionFailure("attention: an image prompt needs its weights")
      }
      let seen = attend(
        query, key: projections.key(prompt.tokens), value: projections.value(prompt.tokens))
      attended = attended + (prompt.scale == 1 ? seen : seen.affine(scale: prompt.scale))
    }
    return toOutput(attended)
  }

  /// x [N, L, channels] -> [N, L, channels], attending to what `gather` brings together, [N, S, channels].
  ///
  /// `gather` makes keys, then values, of the tokens that it is about by the function that it is given; tokens that are
  /// attended to several times are projected once.
  public func callAsFunction(
    _ x: Tensor, gather: (_ project: (Tensor) -> Tensor) -> Tensor
  ) -> Tensor {
    let (key, value) = (gather { toKey($0) }, gather { toValue($0) })
    return toOutput(attend(toQuery(x), key: key, value: value))
  }

  /// Queries that share keys and values are one sequence to the operator.
  private func attend(_ query: Tensor, key: Tensor, value: Tensor) -> Tensor {
    let (count, contexts) = (query.shape[0], key.shape[0])
    precondition(count % contexts == 0, "attention: \(count) sequences share \(contexts) contexts")
    guard count != contexts else { return query.attention(key: key, value: value, heads: heads) }
    let joined = query.reshape([contexts, count / contexts * query.shape[1], query.shape[2]])
    return joined.attention(key: key, value: value, heads: heads).reshape(query.shape)
  }
}

/// Tokens of a picture that a network attends to beside its text: IP-Adapter's.
public struct ImagePrompt: Sendable {
  /// [M, T, width].
  public let tokens: Tensor
  /// How much of what they bring is added; 1 as trained.
  public let scale: Float

  public init(tokens: Tensor, scale: Float = 1) {
    self.tokens = tokens
    self.scale = scale
  }
}
