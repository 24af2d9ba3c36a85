extension Tensor {
  /// Brings each group of channels to mean 0 and variance 1, then scales and shifts each channel.
  ///
  /// x [N, C, H, W], weight and bias [C] (ones and zeros where nil).
  public func groupNorm(
    groups: Int, epsilon: Float, weight: Constant? = nil, bias: Constant? = nil
  ) -> Tensor {
    precondition(
      rank == 4 && groups > 0 && shape[1] % groups == 0, "groupNorm: \(groups) groups of \(shape)")
    return record(
      .groupNorm(groups: groups, epsilon: epsilon),
      with: gainAndOffset(weight, bias, count: shape[1], name: "groupNorm"), shape: shape)
  }

  /// Brings each row of the last axis to mean 0 and variance 1, then scales and shifts it.
  ///
  /// x [..., C] of rank 2 or 3, weight and bias [C] (ones and zeros where nil).
  public func layerNorm(
    epsilon: Float = 1e-5, weight: Constant? = nil, bias: Constant? = nil
  ) -> Tensor {
    precondition((2...3).contains(rank), "layerNorm: rank 2 or 3, not \(shape)")
    return record(
      .layerNorm(epsilon: epsilon),
      with: gainAndOffset(weight, bias, count: shape[rank - 1], name: "layerNorm"), shape: shape)
  }

  private func gainAndOffset(
    _ weight: Constant?, _ bias: Constant?, count: Int, name: String
  ) -> [Tensor] {
    let weight = weight ?? Constant(HostTensor(shape: [count], repeating: 1))
    let bias = bias ?? Constant(HostTensor(shape: [count], repeating: 0))
    precondition(
      weight.shape == [count] && bias.shape == [count],
      "\(name): weight \(weight.shape) and bias \(bias.shape) for \(count) channels")
    return [constant(weight), constant(bias)]
  }

  /// Exponentials that sum to 1 along `axis` (negative axes count from the back).
  public func softmax(axis: Int) -> Tensor {
    record(.softmax(axis: resolve(axis: axis)), shape: shape)
  }

  /// Euclidean length of each pixel's channels, [N, C, H, W] -> [N, 1, H, W], or along the last axis,
  /// [..., C] -> [..., 1].
  public func length() -> Tensor {
    var result = shape
    result[rank == 4 ? 1 : rank - 1] = 1
    return record(.length, shape: result)
  }
}
