extension Tensor {
  /// Repeats each pixel `factor` times in both directions: [N, C, H, W] -> [N, C, H * f, W * f].
  public func upsampleNearest(factor: Int = 2) -> Tensor {
    precondition(rank == 4 && factor > 0, "upsampleNearest: \(shape) by \(factor)")
    return record(
      .upsampleNearest(factor: factor),
      shape: [shape[0], shape[1], shape[2] * factor, shape[3] * factor])
  }

  /// Bilinear interpolation to another size: [N, C, H, W] -> [N, C, height, width].
  ///
  /// Without `alignCorners`, pixels are areas (centres at + 0.5); with it, the corner pixels' centres coincide.
  /// Nothing is averaged when the result is smaller.
  public func resizeBilinear(height: Int, width: Int, alignCorners: Bool = false) -> Tensor {
    precondition(rank == 4, "resizeBilinear: a picture, not \(shape)")
    return record(
      .resizeBilinear(alignCorners: alignCorners), shape: [shape[0], shape[1], height, width])
  }

  /// Spreads channels over pixels: [N, C * f * f, H, W] -> [N, C, H * f, W * f].
  ///
  /// Channel c * f * f + dy * f + dx becomes pixel (dy, dx) of each f x f square of channel c.
  public func pixelShuffle(factor: Int) -> Tensor {
    precondition(
      rank == 4 && factor > 0 && shape[1] % (factor * factor) == 0,
      "pixelShuffle: \(shape) by \(factor)")
    return record(
      .pixelShuffle(factor: factor),
      shape: [
        shape[0], shape[1] / (factor * factor), shape[2] * factor, shape[3] * factor,
      ])
  }

  /// Folds f x f squares of pixels into channels: [N, C, H * f, W * f] -> [N, C * f * f, H, W].
  public func pixelUnshuffle(factor: Int) -> Tensor {
    precondition(
      rank == 4 && factor > 0 && shape[2] % factor == 0 && shape[3] % factor == 0,
      "pixelUnshuffle: \(shape) by \(factor)")
    return record(
      .pixelUnshuffle(factor: factor),
      shape: [
        shape[0], shape[1] * factor * factor, shape[2] / factor, shape[3] / factor,
      ])
  }

  /// Samples a picture at the places that `grid` names, bilinearly; beyond the edge the edge's pixel counts.
  ///
  /// x [N, C, H, W]; grid [N, 2, OH, OW], channel 0 is x and channel 1 is y, both in [-1, 1] across the
  /// picture; the result is [N, C, OH, OW]. Without `alignCorners`, -1 and 1 are the outer pixels' outer
  /// edges; with it, their centres.
  public func gridSample(_ grid: Tensor, alignCorners: Bool = false) -> Tensor {
    precondition(
      rank == 4 && grid.rank == 4 && grid.shape[0] == shape[0] && grid.shape[1] == 2,
      "gridSample: picture \(shape), grid \(grid.shape)")
    return record(
      .gridSample(alignCorners: alignCorners), with: [grid],
      shape: [shape[0], shape[1], grid.shape[2], grid.shape[3]])
  }
}
