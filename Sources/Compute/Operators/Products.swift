extension Tensor {
  /// x [..., I] times a matrix: weight [O, I], bias [O] -> [..., O].
  public func linear(weight: Constant, bias: Constant? = nil) -> Tensor {
    precondition(
      rank >= 2 && rank != 4 && weight.shape.count == 2 && weight.shape[1] == shape.last,
      "linear: weight \(weight.shape) does not fit x \(shape) of rank 2, 3 or 5")
    precondition(
      bias.map { $0.shape == [weight.shape[0]] } ?? true,
      "linear: bias \(bias!.shape) for weight \(weight.shape)")
    return record(
      .linear, with: [constant(weight)] + (bias.map { [constant($0)] } ?? []),
      shape: shape.dropLast() + [weight.shape[0]])
  }

  /// Product of matrices: self [M, K] or [B, M, K], other [K, N] or [B, K, N] -> [M, N] or [B, M, N].
  ///
  /// With `transposed`, other is [N, K] or [B, N, K].
  public func matmul(_ other: Tensor, transposed: Bool = false) -> Tensor {
    let depth = transposed ? other.rank - 1 : other.rank - 2
    precondition(
      (2...3).contains(rank) && other.rank == rank && shape.dropLast(2) == other.shape.dropLast(2)
        && other.shape[depth] == shape[rank - 1],
      "matmul: \(shape) and \(other.shape)\(transposed ? " transposed" : "") do not fit")
    let columns = transposed ? other.shape[rank - 2] : other.shape[rank - 1]
    return record(
      .matmul(transposed: transposed), with: [other], shape: shape.dropLast() + [columns])
  }

  /// Scaled dot-product attention, `softmax(q k^T * scale) v` in each head.
  ///
  /// self is the query [N, L, C]; key [N, S, C]; value [N, S, D]; the result is [N, L, D]. Head h uses the
  /// h-th of `heads` equal parts of the last axis. `scale` defaults to 1 / sqrt(C / heads).
  public func attention(key: Tensor, value: Tensor, heads: Int, scale: Float? = nil) -> Tensor {
    let shapes = "\(shape), \(key.shape), \(value.shape)"
    precondition(rank == 3 && key.rank == 3 && value.rank == 3, "attention: rank 3, not \(shapes)")
    precondition(
      shape[0] == key.shape[0] && shape[0] == value.shape[0] && shape[2] == key.shape[2]
        && key.shape[1] == value.shape[1], "attention: \(shapes) do not fit")
    precondition(
      heads > 0 && shape[2] % heads == 0 && value.shape[2] % heads == 0,
      "attention: \(heads) heads do not divide \(shapes)")
    let scale = scale ?? 1 / Float(shape[2] / heads).squareRoot()
    precondition(scale.isFinite && scale != 0, "attention: scale \(scale)")
    return record(
      .attention(heads: heads, scale: scale), with: [key, value],
      shape: [shape[0], shape[1], value.shape[2]])
  }
}
