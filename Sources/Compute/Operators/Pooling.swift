/// Everything about a pooling window.
struct PoolGeometry: Sendable, Hashable {
  enum Kind: String, Sendable, Hashable { case average, maximum }
  var kind: Kind
  var kernel: Int
  var stride: Int
  var padding: Int
}

extension Tensor {
  /// Mean of each window: [N, C, H, W] -> [N, C, OH, OW]; padding counts as zeros.
  public func averagePool(kernel: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    pool(.init(kind: .average, kernel: kernel, stride: stride ?? kernel, padding: padding))
  }

  /// Greatest element of each window: [N, C, H, W] -> [N, C, OH, OW]; padding never wins.
  public func maxPool(kernel: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    pool(.init(kind: .maximum, kernel: kernel, stride: stride ?? kernel, padding: padding))
  }

  /// Mean over all pixels: [N, C, H, W] -> [N, C, 1, 1].
  public func globalAveragePool() -> Tensor {
    precondition(rank == 4, "globalAveragePool: a picture, not \(shape)")
    return record(.globalAveragePool, shape: [shape[0], shape[1], 1, 1])
  }

  private func pool(_ geometry: PoolGeometry) -> Tensor {
    let (kernel, padding) = (geometry.kernel, geometry.padding)
    precondition(
      rank == 4 && kernel > 0 && geometry.stride > 0 && padding >= 0 && padding * 2 <= kernel
        && shape[2] + 2 * padding >= kernel && shape[3] + 2 * padding >= kernel,
      "pool: window \(kernel), padding \(padding), x \(shape)")
    return record(
      .pool(geometry),
      shape: [
        shape[0], shape[1], (shape[2] + 2 * padding - kernel) / geometry.stride + 1,
        (shape[3] + 2 * padding - kernel) / geometry.stride + 1,
      ])
  }
}
