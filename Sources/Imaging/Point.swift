/// A place in a picture, in pixels: pixel (i, j) has its centre at (i + 0.5, j + 0.5), y grows downwards.
public struct Point: Hashable, Sendable, Codable {
  public var x: Double
  public var y: Double

  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  public static func + (left: Point, right: Point) -> Point {
    Point(left.x + right.x, left.y + right.y)
  }

  public static func - (left: Point, right: Point) -> Point {
    Point(left.x - right.x, left.y - right.y)
  }

  public static func * (point: Point, factor: Double) -> Point {
    Point(point.x * factor, point.y * factor)
  }

  /// Distance from the origin.
  public var length: Double { (x * x + y * y).squareRoot() }

  public func distance(to other: Point) -> Double { (self - other).length }

  /// The mean of `points`, which must not be empty.
  public static func mean(of points: some Collection<Point>) -> Point {
    precondition(!points.isEmpty, "the mean of no points")
    return points.reduce(Point(0, 0), +) * (1 / Double(points.count))
  }
}
