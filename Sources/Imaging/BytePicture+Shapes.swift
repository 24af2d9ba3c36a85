import Foundation

// Filled as OpenCV fills them, modules/imgproc/src/drawing.cpp; pixels of a polygon's edge may differ.

extension BytePicture {
  /// Colours all pixels of the disc around the pixel (`x`, `y`).
  public mutating func fillDisc(x: Int, y: Int, radius: Int, color: [UInt8]) {
    var (across, down) = (radius, 0)
    var (error, plus, minus) = (0, 1, 2 * radius - 1)
    while across >= down {
      for (half, row) in [(across, down), (down, across)] {
        fill(row: y - row, from: x - half, through: x + half, color)
        fill(row: y + row, from: x - half, through: x + half, color)
      }
      down += 1
      error += plus
      plus += 2
      if error > 0 {
        error -= minus
        across -= 1
        minus -= 2
      }
    }
  }

  /// Colours the pixels within a convex polygon and on its edges.
  public mutating func fillConvex(_ corners: [Point], color: [UInt8]) {
    guard let top = corners.map(\.y).min(), let bottom = corners.map(\.y).max() else { return }
    let (first, last) = (max(Int(top.rounded()), 0), min(Int(bottom.rounded()), height - 1))
    guard first <= last else { return }
    for row in first...last {
      var (left, right) = (Double.infinity, -Double.infinity)
      for (index, start) in corners.enumerated() {
        let end = corners[(index + 1) % corners.count]
        for x in Self.crossings(Double(row), start, end) {
          (left, right) = (min(left, x), max(right, x))
        }
      }
      guard left <= right else { continue }
      fill(row: row, from: Int(left.rounded()), through: Int(right.rounded()), color)
    }
  }

  /// Where an edge is in a row; the first and the last place of one that lies more across than down.
  private static func crossings(_ row: Double, _ start: Point, _ end: Point) -> [Double] {
    let (low, high) = (min(start.y, end.y), max(start.y, end.y))
    guard row + 0.5 >= low, row - 0.5 <= high else { return [] }
    let along = end - start
    let places = abs(along.x) > abs(along.y) ? [row - 0.5, row + 0.5] : [row]
    return places.flatMap { place -> [Double] in
      guard low < high else { return [start.x, end.x] }
      return [start.x + along.x * (min(max(place, low), high) - start.y) / along.y]
    }
  }

  /// Colours an ellipse of whole half axes around a pixel, turned by whole degrees clockwise as seen.
  public mutating func fillEllipse(
    x: Int, y: Int, halfWidth: Int, halfHeight: Int, degrees: Int, color: [UInt8]
  ) {
    let (turnX, turnY) = Self.direction(degrees)
    let corners = (0..<360).map { angle -> Point in
      let (alongX, alongY) = Self.direction(angle)
      let (across, down) = (Double(halfWidth) * alongX, Double(halfHeight) * alongY)
      return Point(
        (Double(x) + across * turnX - down * turnY).rounded(.toNearestOrEven),
        (Double(y) + across * turnY + down * turnX).rounded(.toNearestOrEven))
    }
    fillConvex(corners, color: color)
  }

  /// Colours a line two pixels wide with round ends between two pixels.
  public mutating func fillLine(from start: Point, to end: Point, color: [UInt8]) {
    let direction = end - start
    if direction.length > 0 {
      let across = Point(direction.y, -direction.x) * (1 / direction.length)
      fillConvex([start + across, start - across, end - across, end + across], color: color)
    }
    for point in [start, end] {
      fillDisc(x: Int(point.x), y: Int(point.y), radius: 1, color: color)
    }
  }

  private static func direction(_ degrees: Int) -> (Double, Double) {
    let radians = Double(degrees) * .pi / 180
    return (cos(radians), sin(radians))
  }

  private mutating func fill(row: Int, from left: Int, through right: Int, _ color: [UInt8]) {
    let (first, last) = (max(left, 0), min(right, width - 1))
    guard (0..<height).contains(row), first <= last else { return }
    for column in first...last {
      let place = (row * width + column) * channels
      for channel in 0..<channels { samples[place + channel] = color[channel] }
    }
  }
}
