public import Face
import Imaging
public import MediaTypes

/// Where the parts of a portrait lie, in the face's own coordinates: the middle of its square is the origin, the square's
/// side is 1, y runs from brow to chin.
public struct PortraitGeometry: Sendable {
  /// Face's coordinates -> picture's pixels, and back.
  let toPicture: Similarity
  let toFace: Similarity
  let eyes: [EyeOpening]
  let noseTip: SIMD2<Double>
  let mouthCorners: [SIMD2<Double>]

  /// Reads the eyes off `frame`, which `landmarks` were found on; nil where the points don't lie as a face's do.
  public init?(_ frame: Frame, landmarks: Landmarks) {
    guard let square = landmarks.square else { return nil }
    let toPicture = Similarity(shift: Point(0.5, 0.5)).followed(by: square.toImage)
    guard toPicture.isInvertible else { return nil }
    let toFace = toPicture.inverse
    let points = landmarks.points.map { SIMD2(toFace($0)) }
    let widths = [(0, 1), (2, 3)].map { (points[$0.0] - points[$0.1]).length }
    let width = min(max((widths[0] + widths[1]) / 2, 0.17), 0.24)
    eyes = [(0, 1), (2, 3)].map { outer, inner in
      Self.eye(frame, toPicture, from: points[outer], to: points[inner], width: width)
    }
    (self.toPicture, self.toFace) = (toPicture, toFace)
    noseTip = points[4]
    mouthCorners = [points[8], points[9]]
  }

  private static func eye(
    _ frame: Frame, _ toPicture: Similarity, from left: SIMD2<Double>, to right: SIMD2<Double>,
    width: Double
  ) -> EyeOpening {
    let middle = (left + right) / 2
    let found = EyeFinder(frame, fromFace: toPicture, middle: middle, width: width).iris()
    let center = middle + found.place * SIMD2(0.7, 0.85)
    // Half of the landmarks' own turn: they err.
    let slope = (right - left) * SIMD2(1, 0.5)
    let turn = slope / max(slope.length, 1e-9)
    let iris = found.place * SIMD2(0.3, 0.15)
    return EyeOpening(
      center: center, iris: iris, width: width,
      upper: min(max(found.above, 0.18 * width), 0.32 * width),
      lower: min(max(found.below, 0.14 * width), 0.28 * width), turn: turn)
  }
}

extension Similarity {
  fileprivate init(shift: Point) { self.init(scale: 1, shift: shift) }
}

extension SIMD2<Double> {
  init(_ point: Point) { self.init(point.x, point.y) }

  var length: Double { (self * self).sum().squareRoot() }
}
