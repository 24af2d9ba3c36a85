import Foundation
public import MediaTypes

/// A colour to draw with: red, green and blue in [0, 1].
public struct PenColor: Hashable, Sendable {
  public var red: Float
  public var green: Float
  public var blue: Float

  public init(red: Float, green: Float, blue: Float) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  public static let red = PenColor(red: 1, green: 0.1, blue: 0.1)
  public static let green = PenColor(red: 0.1, green: 1, blue: 0.1)
  public static let blue = PenColor(red: 0.2, green: 0.4, blue: 1)
  public static let yellow = PenColor(red: 1, green: 1, blue: 0)
}

/// Marks for sheets that a person looks at; whatever lies outside the picture is left out.
extension Frame {
  /// Draws a disc around `center`, `radius` pixels wide.
  public mutating func drawPoint(_ center: Point, radius: Double = 1.5, color pen: PenColor) {
    let reach = Int(radius.rounded(.up))
    guard center.x.isFinite, center.y.isFinite, abs(center.x) < 1e6, abs(center.y) < 1e6 else {
      return
    }
    let (column, row) = (Int(center.x.rounded(.down)), Int(center.y.rounded(.down)))
    for y in (row - reach)...(row + reach) {
      for x in (column - reach)...(column + reach)
      where center.distance(to: Point(Double(x) + 0.5, Double(y) + 0.5)) <= max(radius, 0.71) {
        setPixel(x, y, pen)
      }
    }
  }

  /// Draws a straight line, a pixel wide.
  public mutating func drawLine(from start: Point, to end: Point, color pen: PenColor) {
    let length = start.distance(to: end)
    guard length.isFinite, length < 1e5 else { return }
    let steps = max(1, Int(length.rounded(.up)))
    for step in 0...steps {
      let place = start + (end - start) * (Double(step) / Double(steps))
      setPixel(Int(place.x.rounded(.down)), Int(place.y.rounded(.down)), pen)
    }
  }

  /// Draws the outline of `square` (0...size in both directions) as `transform` places it.
  public mutating func drawSquare(
    _ transform: Similarity, size: Double, color pen: PenColor
  ) {
    let corners = [Point(0, 0), Point(size, 0), Point(size, size), Point(0, size)].map {
      transform($0)
    }
    for index in 0..<4 { drawLine(from: corners[index], to: corners[(index + 1) % 4], color: pen) }
  }

  /// Draws the outline of an upright rectangle.
  public mutating func drawRectangle(_ box: Rectangle, color pen: PenColor) {
    let corners = [
      Point(box.left, box.top), Point(box.right, box.top), Point(box.right, box.bottom),
      Point(box.left, box.bottom),
    ]
    for index in 0..<4 { drawLine(from: corners[index], to: corners[(index + 1) % 4], color: pen) }
  }

  private mutating func setPixel(_ x: Int, _ y: Int, _ pen: PenColor) {
    guard (0..<width).contains(x), (0..<height).contains(y) else { return }
    let codes = color.codes(red: pen.red, green: pen.green, blue: pen.blue)
    samples[y * width + x] = codes.y
    let place = (y / 2) * (width / 2) + x / 2
    samples[firstChromaRange.lowerBound + place] = codes.u
    samples[secondChromaRange.lowerBound + place] = codes.v
  }
}
