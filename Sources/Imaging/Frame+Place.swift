public import MediaTypes

extension Frame {
  /// Copies `picture` with its corner at column `x` and row `y`, both even; it must lie inside.
  public mutating func place(_ picture: Frame, x: Int, y: Int) {
    precondition(x >= 0 && y >= 0 && x % 2 == 0 && y % 2 == 0, "an even place")
    precondition(x + picture.width <= width && y + picture.height <= height, "a place inside")
    let planes = [
      (lumaPlane, picture.lumaPlane, 1), (chromaPlanes.first, picture.chromaPlanes.first, 2),
      (chromaPlanes.second, picture.chromaPlanes.second, 2),
    ]
    for (target, source, divisor) in planes {
      for row in 0..<source.height {
        let from = source.range.lowerBound + row * source.width
        let to = target.range.lowerBound + (y / divisor + row) * target.width + x / divisor
        samples.replaceSubrange(
          to..<(to + source.width), with: picture.samples[from..<(from + source.width)])
      }
    }
  }
}
