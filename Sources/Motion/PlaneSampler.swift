/// Samples a plane of bytes between its pixels with Catmull-Rom filters; beyond the plane its edge repeats.
struct PlaneSampler: @unchecked Sendable {
  // Only read, while the frame that owns the bytes is held.
  private let bytes: UnsafePointer<UInt8>
  private let width: Int
  private let height: Int

  init(_ bytes: UnsafePointer<UInt8>, width: Int, height: Int) {
    (self.bytes, self.width, self.height) = (bytes, width, height)
  }

  /// The value at a place in the plane's pixels, of which the first has its middle at (0.5, 0.5).
  func callAsFunction(_ place: SIMD2<Float>) -> Float {
    let limit = SIMD2(Float(width), Float(height))
    let position = place.clamped(lowerBound: SIMD2(-1, -1), upperBound: limit + 1) - 0.5
    let corner = position.rounded(.down)
    let share = position - corner
    let (column, row) = (Int(corner.x) - 1, Int(corner.y) - 1)
    let (across, down) = (Self.weights(share.x), Self.weights(share.y))
    var sum = SIMD4<Float>.zero
    let isInside = column >= 0 && row >= 0 && column + 4 <= width && row + 4 <= height
    for tap in 0..<4 {
      let line = isInside ? row + tap : min(max(row + tap, 0), height - 1)
      let start = bytes + line * width
      let four: SIMD4<UInt8> =
        isInside
        ? UnsafeRawPointer(start + column).loadUnaligned(as: SIMD4<UInt8>.self)
        : SIMD4(
          at(start, column), at(start, column + 1), at(start, column + 2), at(start, column + 3))
      sum += SIMD4<Float>(four) * down[tap]
    }
    return (sum * across).sum()
  }

  private func at(_ line: UnsafePointer<UInt8>, _ column: Int) -> UInt8 {
    line[min(max(column, 0), width - 1)]
  }

  private static func weights(_ t: Float) -> SIMD4<Float> {
    let (t2, t3) = (t * t, t * t * t)
    return SIMD4(
      -0.5 * t + t2 - 0.5 * t3, 1 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2 * t2 - 1.5 * t3,
      -0.5 * t2 + 0.5 * t3)
  }
}
