import Imaging

/// One plane of a moved picture.
struct MovedPlane {
  let range: Range<Int>
  let width: Int
  let height: Int
  var isLuma = false

  /// Pixels of the picture to one of the plane.
  private var step: Double { isLuma ? 1 : 2 }
  /// Where the plane's first pixel has its middle: chroma is level with every second column, between two rows.
  private var first: SIMD2<Double> { isLuma ? SIMD2(0.5, 0.5) : SIMD2(0.5, 1) }
  /// The value of black.
  private var black: Float { isLuma ? 16 : 128 }

  /// Writes the pixels that move; the others are there already.
  func fill(
    _ out: UnsafeMutablePointer<UInt8>, from source: UnsafePointer<UInt8>, grid: WarpGrid,
    lids: [LidCover], geometry: PortraitGeometry, threads: Int
  ) {
    let sampler = PlaneSampler(source, width: width, height: height)
    nonisolated(unsafe) let out = out
    let plane = self
    let lines = plane.span(grid.top, grid.rows, grid.spacing, plane.first.y, plane.height)
    let columns = plane.span(grid.left, grid.columns, grid.spacing, plane.first.x, plane.width)
    inBands(lines.count, threads: threads) { band in
      var nodes = [SIMD2<Float>](repeating: .zero, count: grid.columns)
      for line in band {
        let row = lines.lowerBound + line
        let y = plane.first.y + Double(row) * plane.step
        let moves = grid.interpolate(atHeight: y, into: &nodes)
        guard moves || !lids.isEmpty else { continue }
        let start = out + row * plane.width
        for column in columns {
          let x = plane.first.x + Double(column) * plane.step
          let moved = grid.displacement(nodes, at: x)
          guard moved != .zero || !lids.isEmpty else { continue }
          let place = SIMD2(Float(x), Float(y)) + moved
          if let value = plane.value(
            place, hasMoved: moved != .zero, sampler, lids: lids, geometry: geometry)
          {
            start[column] = UInt8(min(max(value, 0), 255).rounded())
          }
        }
      }
    }
  }

  /// What the picture shows at `place` in its pixels, with lids over it; nil where that is what it showed before.
  private func value(
    _ place: SIMD2<Float>, hasMoved: Bool, _ sampler: PlaneSampler, lids: [LidCover],
    geometry: PortraitGeometry
  ) -> Float? {
    var value = hasMoved ? sampler(own(place)) : nil
    guard !lids.isEmpty else { return value }
    let point = SIMD2(geometry.toFace(Point(Double(place.x), Double(place.y))))
    // Both eyes lie in this part of a face.
    guard point.y < 0.1, point.y > -0.6 else { return value }
    for lid in lids {
      guard let look = lid.look(point) else { continue }
      var shown = value ?? sampler(own(place))
      if look.cover > 0 {
        let covering = skin(look, sampler, geometry)
        shown += (covering - shown) * Float(look.cover)
      }
      value = black + (shown - black) * Float(1 - look.lash)
    }
    return value
  }

  /// A lid's skin, smoothed along it.
  private func skin(
    _ look: LidCover.Look, _ sampler: PlaneSampler, _ geometry: PortraitGeometry
  ) -> Float {
    let weights: [Float] = [0.1, 0.2, 0.4, 0.2, 0.1]
    return weights.enumerated().reduce(0) { sum, item in
      let place = look.source + look.grain * (Double(item.offset - 2) / 2)
      let point = geometry.toPicture(Point(place.x, place.y))
      return sum + item.element * sampler(own(SIMD2(Float(point.x), Float(point.y))))
    }
  }

  /// The picture's pixels -> the plane's.
  private func own(_ place: SIMD2<Float>) -> SIMD2<Float> {
    isLuma ? place : SIMD2(place.x * 0.5 + 0.25, place.y * 0.5)
  }

  /// The plane's rows or columns that lie within the grid.
  private func span(
    _ start: Double, _ nodes: Int, _ spacing: Double, _ first: Double, _ limit: Int
  ) -> Range<Int> {
    let low = Int(((start - first) / step).rounded(.up))
    let high = Int(((start + Double(nodes - 1) * spacing - first) / step).rounded(.up))
    let lower = min(max(low, 0), limit)
    return lower..<min(max(high, lower), limit)
  }
}

extension WarpGrid {
  /// The displacements of a row between two rows of nodes; false where nothing moves.
  func interpolate(atHeight y: Double, into line: inout [SIMD2<Float>]) -> Bool {
    let position = (y - top) / spacing
    let row = min(max(Int(position), 0), rows - 2)
    let share = Float(position - Double(row))
    var moves = false
    for column in 0..<columns {
      let upper = displacements[row * columns + column]
      let lower = displacements[(row + 1) * columns + column]
      line[column] = upper + (lower - upper) * share
      moves = moves || line[column] != .zero
    }
    return moves
  }

  /// The displacement at `x` within such a row.
  func displacement(_ line: [SIMD2<Float>], at x: Double) -> SIMD2<Float> {
    let position = (x - left) / spacing
    let column = min(max(Int(position), 0), columns - 2)
    return line[column] + (line[column + 1] - line[column]) * Float(position - Double(column))
  }
}
