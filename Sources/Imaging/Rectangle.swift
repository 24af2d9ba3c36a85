/// An upright rectangle in a picture, in pixels.
public struct Rectangle: Hashable, Sendable, Codable {
  public var left: Double
  public var top: Double
  public var width: Double
  public var height: Double

  public init(left: Double, top: Double, width: Double, height: Double) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  public var right: Double { left + width }
  public var bottom: Double { top + height }
  public var area: Double { width * height }
  public var center: Point { Point(left + width / 2, top + height / 2) }

  /// Area shared with `other` divided by the area that either covers: 0 apart, 1 equal.
  public func overlap(with other: Rectangle) -> Double {
    let across = min(right, other.right) - max(left, other.left)
    let down = min(bottom, other.bottom) - max(top, other.top)
    guard across > 0, down > 0 else { return 0 }
    return across * down / (area + other.area - across * down)
  }
}
