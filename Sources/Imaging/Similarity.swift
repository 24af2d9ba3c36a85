import Foundation

/// A rotation, uniform scale and shift: (x, y) -> (a x - b y + shiftX, b x + a y + shiftY).
public struct Similarity: Hashable, Sendable, Codable {
  public var a: Double
  public var b: Double
  public var shiftX: Double
  public var shiftY: Double

  public init(a: Double, b: Double, shiftX: Double, shiftY: Double) {
    self.a = a
    self.b = b
    self.shiftX = shiftX
    self.shiftY = shiftY
  }

  /// Scales by `scale` and turns by `radians` (clockwise as seen, y down), then shifts.
  public init(scale: Double, radians: Double = 0, shift: Point = Point(0, 0)) {
    self.init(
      a: scale * cos(radians), b: scale * sin(radians), shiftX: shift.x, shiftY: shift.y)
  }

  public static let identity = Similarity(a: 1, b: 0, shiftX: 0, shiftY: 0)

  /// Side length of a unit square's image.
  public var scale: Double { (a * a + b * b).squareRoot() }

  /// Turn in (-pi, pi], clockwise as seen.
  public var radians: Double { atan2(b, a) }

  /// Whether all four numbers are finite and the scale is not zero.
  public var isInvertible: Bool {
    [a, b, shiftX, shiftY].allSatisfy(\.isFinite) && scale > 0 && (1 / scale).isFinite
  }

  public func callAsFunction(_ point: Point) -> Point {
    Point(a * point.x - b * point.y + shiftX, b * point.x + a * point.y + shiftY)
  }

  /// The turned and scaled vector, without the shift.
  public func turned(_ vector: Point) -> Point {
    Point(a * vector.x - b * vector.y, b * vector.x + a * vector.y)
  }

  /// The transform that undoes this one, which must be invertible.
  public var inverse: Similarity {
    precondition(isInvertible, "the inverse of a degenerate similarity")
    let square = a * a + b * b
    let (ia, ib) = (a / square, -b / square)
    return Similarity(
      a: ia, b: ib, shiftX: -(ia * shiftX - ib * shiftY), shiftY: -(ib * shiftX + ia * shiftY))
  }

  /// The transform that does this one first, then `next`.
  public func followed(by next: Similarity) -> Similarity {
    let shift = next(Point(shiftX, shiftY))
    return Similarity(
      a: next.a * a - next.b * b, b: next.b * a + next.a * b, shiftX: shift.x, shiftY: shift.y)
  }

  /// The similarity that brings `source` nearest to `target` in the weighted least-squares sense.
  ///
  /// Both lists have one length; nil where fewer than two different points, or values that are not
  /// finite, leave it undetermined.
  public static func fitting(
    _ source: [Point], to target: [Point], weights: [Double]? = nil
  ) -> Similarity? {
    precondition(source.count == target.count, "point pairs")
    precondition(weights == nil || weights?.count == source.count, "one weight a pair")
    let weights = weights ?? [Double](repeating: 1, count: source.count)
    let total = weights.reduce(0, +)
    guard total > 0 else { return nil }
    let from = zip(source, weights).reduce(Point(0, 0)) { $0 + $1.0 * $1.1 } * (1 / total)
    let to = zip(target, weights).reduce(Point(0, 0)) { $0 + $1.0 * $1.1 } * (1 / total)
    var (square, along, across) = (0.0, 0.0, 0.0)
    for (index, weight) in weights.enumerated() {
      let (p, q) = (source[index] - from, target[index] - to)
      square += weight * (p.x * p.x + p.y * p.y)
      along += weight * (p.x * q.x + p.y * q.y)
      across += weight * (p.x * q.y - p.y * q.x)
    }
    let (a, b) = (along / square, across / square)
    let fit = Similarity(
      a: a, b: b, shiftX: to.x - (a * from.x - b * from.y), shiftY: to.y - (b * from.x + a * from.y)
    )
    return fit.isInvertible ? fit : nil
  }
}
