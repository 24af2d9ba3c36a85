/// How a face's expression moves the points of a picture: the mouth's corners, cheeks, brows, and the irises within their
/// openings.
struct ExpressionField {
  private let geometry: PortraitGeometry
  private let smile: Double
  private let brows: Double
  private let gaze: SIMD2<Double>
  private static let gazeLimit = 1.1

  init(_ motion: PortraitMotion, geometry: PortraitGeometry) {
    self.geometry = geometry
    (smile, brows) = (motion[.smile], motion[.brows])
    let gaze = SIMD2(motion[.gazeX], motion[.gazeY])
    // Into a corner of its opening an eye goes less far each way.
    self.gaze = gaze / max(gaze.length / Self.gazeLimit, 1)
  }

  var isAtRest: Bool { smile == 0 && brows == 0 && gaze == .zero }

  /// How far `point` moves.
  func displacement(_ point: SIMD2<Double>) -> SIMD2<Double> {
    // Beyond this, no part of a face that moves.
    guard (point * point).sum() < 0.65 else { return .zero }
    var moved = SIMD2<Double>.zero
    for (corner, side) in zip(geometry.mouthCorners, [-1.0, 1]) where smile != 0 {
      let pull = bump(point, at: corner, radii: SIMD2(0.20, 0.17))
      moved += smile * pull * SIMD2(0.035 * side, -0.042)
      let cheek = bump(
        point, at: corner + SIMD2(0.06 * side, -0.2), radii: SIMD2(0.2, 0.2))
      moved.y -= 0.02 * max(smile, 0) * cheek
    }
    for (eye, side) in zip(geometry.eyes, [-1.0, 1]) {
      moved += brow(point, eye, side) + iris(point, eye)
    }
    return moved
  }

  /// Raised brows rise whole; knit ones sink, and their inner ends draw together.
  private func brow(_ point: SIMD2<Double>, _ eye: EyeOpening, _ side: Double) -> SIMD2<Double> {
    guard brows != 0 else { return .zero }
    let whole = bump(point, at: eye.center - SIMD2(0, 0.21), radii: SIMD2(0.24, 0.155))
    if brows > 0 { return SIMD2(0, -0.045 * brows * whole) }
    let inner = bump(
      point, at: eye.center - SIMD2(0.09 * side, 0.2), radii: SIMD2(0.2, 0.15))
    return SIMD2(0.02 * side * brows * inner, -brows * (0.02 * whole + 0.03 * inner))
  }

  private func iris(_ point: SIMD2<Double>, _ eye: EyeOpening) -> SIMD2<Double> {
    guard gaze != .zero else { return .zero }
    let place = eye.local(point)
    // Who looks up lifts the upper lid.
    let lid = bump(
      place, at: SIMD2(0, -eye.upper), radii: eye.width * SIMD2(0.6, 0.42))
    let lift = SIMD2(0, 0.06 * min(gaze.y, 0) * eye.width * lid)
    guard abs(place.x) < eye.reach else { return lift }
    let across = (place.x - eye.iris.x) / (0.5 * eye.width)
    let near = max(1 - across * across, 0)
    // Up and down the opening is narrow: less, so that nothing folds at the lids.
    let height = min(eye.upper, eye.lower) * eye.openness(place.x)
    let share = SIMD2(
      0.16 * eye.width * eye.ball(place),
      min(0.085 * eye.width, 0.4 * height) * eye.middle(place))
    return gaze * share * (near * near) + lift
  }
}
