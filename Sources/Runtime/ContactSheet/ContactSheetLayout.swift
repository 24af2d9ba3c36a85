/// How a contact sheet's cells lie: as large as fits on 1280x960.
struct ContactSheetLayout: Equatable {
  static let largestWidth = 1280
  static let largestHeight = 960
  static let gap = 4
  /// Room for a time.
  private static let leastCellWidth = 104
  private static let leastCellHeight = 28
  /// Pictures smaller than this are made larger.
  private static let smallSide = 160.0

  let frameCount: Int
  let columns: Int
  let rows: Int
  /// Even, as are the picture's sides.
  let cellWidth: Int
  let cellHeight: Int
  let pictureWidth: Int
  let pictureHeight: Int

  var width: Int { columns * (cellWidth + Self.gap) - Self.gap }
  var height: Int { rows * (cellHeight + Self.gap) - Self.gap }

  /// Cells for `count` pictures that are shown `width` by `height`.
  init(count: Int, width: Double, height: Double) {
    let candidates = (1...count).map { columns in
      Self(count: count, columns: columns, width: width, height: height)
    }
    // The first of equals has the fewest columns.
    self = candidates.filter { $0.width <= Self.largestWidth }
      .reduce(candidates[0]) { best, next in
        next.pictureWidth * next.pictureHeight > best.pictureWidth * best.pictureHeight
          ? next : best
      }
  }

  private init(count: Int, columns: Int, width: Double, height: Double) {
    (frameCount, self.columns, rows) = (count, columns, (count + columns - 1) / columns)
    func room(_ whole: Int, _ parts: Int) -> Double {
      Double(((whole + Self.gap) / parts - Self.gap) & ~1)
    }
    let largest = max(1, Self.smallSide / max(width, height))
    let scale = min(
      room(Self.largestWidth, columns) / width, room(Self.largestHeight, rows) / height, largest)
    func even(_ side: Double) -> Int { max(Int((side * scale).rounded()) & ~1, 2) }
    (pictureWidth, pictureHeight) = (even(width), even(height))
    cellWidth = max(pictureWidth, Self.leastCellWidth)
    cellHeight = max(pictureHeight, Self.leastCellHeight)
  }

  /// The corner of cell `index`.
  func corner(of index: Int) -> (x: Int, y: Int) {
    (index % columns * (cellWidth + Self.gap), index / columns * (cellHeight + Self.gap))
  }
}
