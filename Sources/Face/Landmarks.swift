import Foundation
public import Imaging

/// 35 points of a face in picture pixels; "left" is the viewer's left.
///
/// 0 left eye outer, 1 left eye inner, 2 right eye inner, 3 right eye outer, 4 nose tip, 5 nose base,
/// 6 and 7 nostril wings, 8 and 9 mouth corners, then five points each, from left to right, of 10-14
/// upper lip outer edge, 15-19 upper lip inner edge, 20-24 lower lip inner edge, 25-29 lower lip outer
/// edge; 30 chin tip, 31 left jaw angle, 32 left jaw middle, 33 right jaw middle, 34 right jaw angle.
public struct Landmarks: Hashable, Sendable {
  public static let count = 35
  public private(set) var points: [Point]

  /// Wraps 35 points in the order above.
  public init(points: [Point]) {
    precondition(points.count == Self.count, "35 landmarks")
    self.points = points
  }

  public subscript(_ index: Int) -> Point { points[index] }

  public var leftEye: Point { Point.mean(of: points[0...1]) }
  public var rightEye: Point { Point.mean(of: points[2...3]) }
  public var mouth: Point { Point.mean(of: points[8...9]) }

  /// The painter's crop: crop pixels (0...256) -> picture pixels.
  ///
  /// Eye centres go to (78, 28) and (178, 28), the middle of the mouth's corners, counted twice, to
  /// (128, 136), by least squares. Nil where the points coincide or are not finite.
  public var alignedCrop: Similarity? {
    let targets = [Point(78, 28), Point(178, 28), Point(128, 136), Point(128, 136)]
    return Similarity.fitting([leftEye, rightEye, mouth, mouth], to: targets)?.inverse
  }

  /// The square that a detector would draw around this face, turned with it.
  ///
  /// Its side is 2.05 times the way from the eyes to the mouth; nil where the points do not lie as a
  /// face's do.
  public var square: FaceSquare? {
    guard let fit = layoutFit else { return nil }
    let eyes = Point.mean(of: points[0...3])
    let span = mouth - eyes
    let side = 2.05 * span.length
    guard side.isFinite, side > 0 else { return nil }
    return FaceSquare(center: eyes + span * 0.42, side: side, rollRadians: fit.radians)
  }

  /// How far the points are from a mean face brought nearest to them, root mean square over the points
  /// that do not move with the lips, in sides of the square: about 0.03 for a face seen from the front.
  public var layoutError: Double {
    guard let fit = layoutFit else { return .infinity }
    let squares = Self.steady.map { index in
      let miss = fit(Self.meanLayout[index]).distance(to: points[index]) / fit.scale
      return miss * miss
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
  }

  /// How far the head is turned to a side: 0 from the front, about 1 where an eye vanishes.
  public var sidewaysTurn: Double {
    guard let fit = layoutFit else { return .infinity }
    let upright = fit.inverse
    let (outer, other) = (upright(points[0]), upright(points[3]))
    let half = (other.x - outer.x) / 2
    guard half > 0 else { return .infinity }
    return abs(upright(points[4]).x - (outer.x + other.x) / 2) / half
  }

  /// A mean face in a square.
  public static func mean(in square: FaceSquare) -> Landmarks {
    Landmarks(points: meanLayout.map { square.toImage($0) })
  }

  /// These points moved towards `other` by `amount` (0 none, 1 all the way).
  public func blended(towards other: Landmarks, by amount: Double) -> Landmarks {
    Landmarks(points: zip(points, other.points).map { $0 + ($1 - $0) * amount })
  }

  /// Square coordinates -> picture pixels, by the points that move least with the mouth.
  var layoutFit: Similarity? {
    Similarity.fitting(
      Self.steady.map { Self.meanLayout[$0] }, to: Self.steady.map { points[$0] })
  }

  /// Eyes, nose, mouth corners, jaw angles.
  static let steady = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 34]

  /// The mean of 2,000 rendered faces, in coordinates of the square.
  static let meanLayout: [Point] = [
    (0.175, 0.293), (0.371, 0.297), (0.629, 0.297), (0.825, 0.293), (0.5, 0.566), (0.5, 0.635),
    (0.383, 0.597), (0.617, 0.597), (0.314, 0.783), (0.686, 0.783), (0.388, 0.753), (0.444, 0.743),
    (0.5, 0.757), (0.556, 0.743), (0.612, 0.753), (0.388, 0.79), (0.444, 0.794), (0.5, 0.801),
    (0.556, 0.794), (0.612, 0.79), (0.388, 0.79), (0.444, 0.794), (0.5, 0.801), (0.556, 0.794),
    (0.612, 0.79), (0.388, 0.838), (0.444, 0.856), (0.5, 0.866), (0.556, 0.856), (0.612, 0.838),
    (0.5, 1.103), (0.062, 0.79), (0.175, 0.981), (0.825, 0.981), (0.938, 0.79),
  ].map { Point($0.0, $0.1) }
}
