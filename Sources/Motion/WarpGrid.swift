import Dispatch
import Imaging

/// Where a moved portrait's pixels come from: displacements on a coarse grid over what may move.
///
/// Node (i, j) lies at (`left` + i `spacing`, `top` + j `spacing`) in the picture's pixels; between nodes displacements
/// are linear, beyond the grid zero.
struct WarpGrid {
  let left: Double
  let top: Double
  let spacing: Double
  let columns: Int
  let rows: Int
  /// From a pixel to what it shows, in pixels.
  private(set) var displacements: [SIMD2<Float>]

  /// Rounds of following a displacement back to its origin.
  private static let rounds = 8

  /// The grid over a portrait on a picture of `width` x `height` pixels, about 48 nodes to the face's square.
  init(_ geometry: PortraitGeometry, width: Int, height: Int) {
    let (least, most) = (HeadField.least, HeadField.most)
    let corners = [(least.x, least.y), (most.x, least.y), (least.x, most.y), (most.x, most.y)].map {
      geometry.toPicture(Point($0.0, $0.1))
    }
    let spacing = max(geometry.toPicture.scale / 48, 1.5)
    func span(_ values: [Double], _ limit: Int) -> (Double, Int) {
      let low = max((values.min() ?? 0), -spacing)
      let high = min((values.max() ?? 0), Double(limit) + spacing)
      return (low, max(Int(((high - low) / spacing).rounded(.up)) + 1, 2))
    }
    self.spacing = spacing
    (left, columns) = span(corners.map(\.x), width)
    (top, rows) = span(corners.map(\.y), height)
    displacements = Array(repeating: .zero, count: columns * rows)
  }

  /// Fills the grid for a motion; the same for any number of `threads`.
  mutating func fill(_ motion: PortraitMotion, geometry: PortraitGeometry, threads: Int) {
    let head = HeadField(motion, noseTip: geometry.noseTip)
    let expression = ExpressionField(motion, geometry: geometry)
    let grid = self
    displacements.withUnsafeMutableBufferPointer { nodes in
      nonisolated(unsafe) let nodes = nodes
      inBands(grid.rows, threads: threads) { rows in
        for row in rows {
          for column in 0..<grid.columns {
            let place = Point(
              grid.left + Double(column) * grid.spacing, grid.top + Double(row) * grid.spacing)
            let shown = SIMD2(geometry.toFace(place))
            let source = Self.origin(Self.origin(shown, head.displacement)) { point in
              expression.isAtRest ? .zero : expression.displacement(point)
            }
            let moved = source - shown
            // As a vector it turns with the face, without the shift.
            let pixels = geometry.toPicture.turned(Point(moved.x, moved.y))
            nodes[row * grid.columns + column] = SIMD2(Float(pixels.x), Float(pixels.y))
          }
        }
      }
    }
  }

  /// The point that `displacement` brings to `point`, by fixed-point iteration: displacements change more slowly than
  /// places do.
  private static func origin(
    _ point: SIMD2<Double>, _ displacement: (SIMD2<Double>) -> SIMD2<Double>
  ) -> SIMD2<Double> {
    var source = point
    for _ in 0..<rounds {
      let next = point - displacement(source)
      if next == source { break }
      source = next
    }
    return source
  }
}

/// Does `body` for `threads` ranges that make up 0..<`count`, at once.
func inBands(_ count: Int, threads: Int, _ body: @Sendable (Range<Int>) -> Void) {
  let bands = max(min(threads, count), 1)
  DispatchQueue.concurrentPerform(iterations: bands) { band in
    body((count * band / bands)..<(count * (band + 1) / bands))
  }
}
