import Foundation

/// How a head's turning moves the points of a picture: a rounded head turned about the neck, fading out around it, and
/// shoulders that rise with the breath.
struct HeadField {
  private let motion: PortraitMotion
  private let noseTip: SIMD2<Double>
  private let (yaw, pitch, roll): (SIMD2<Double>, SIMD2<Double>, SIMD2<Double>)
  private let shift: SIMD2<Double>
  private let rise: Double

  /// The middle of the head with its hair, and its half sizes; downwards it is shorter.
  private static let center = SIMD2(0, -0.14)
  private static let halfWidth = 0.62
  private static let (halfAbove, halfBelow) = (0.80, 0.74)
  /// In half sizes of the head: where it moves whole, and where nothing moves any more.
  private static let (whole, rest) = (0.95, 1.7)
  /// No part moves further, however much comes together: what fades out too steeply would fold the picture.
  private static let limit = 0.35
  /// What a head turns about, below and behind the face.
  private static let pivot = SIMD3(0, 0.62, -0.22)
  private static let chest = SIMD2(0, 1.45)
  private static let chestRadii = SIMD2(1.7, 1.0)
  private static let breathRise = 0.012

  /// What may move at all, in the face's coordinates.
  static let (least, most) = (SIMD2(-1.7, -1.5), SIMD2(1.7, 2.45))

  init(_ motion: PortraitMotion, noseTip: SIMD2<Double>) {
    (self.motion, self.noseTip) = (motion, noseTip)
    func rotation(_ angle: Double) -> SIMD2<Double> { SIMD2(cos(angle), sin(angle)) }
    (yaw, pitch, roll) = (
      rotation(motion[.yaw]), rotation(motion[.pitch]), rotation(motion[.roll])
    )
    shift = SIMD2(motion[.shiftX], motion[.shiftY])
    rise = Self.breathRise * motion[.breath]
  }

  /// How far `point` moves.
  func displacement(_ point: SIMD2<Double>) -> SIMD2<Double> {
    let half = SIMD2(Self.halfWidth, point.y < Self.center.y ? Self.halfAbove : Self.halfBelow)
    let distance = ((point - Self.center) / half).length
    let share = 1 - smoothstep((distance - Self.whole) / (Self.rest - Self.whole))
    var moved = SIMD2(0, -rise * bump(point, at: Self.chest, radii: Self.chestRadii))
    if share > 0 {
      let whole = turned(point, distance: distance) + shift
      let excess = (whole * whole).sum() / (Self.limit * Self.limit)
      moved += whole * (share / (1 + excess).squareRoot())
    }
    return moved
  }

  /// How far a point of a whole head moves.
  private func turned(_ point: SIMD2<Double>, distance: Double) -> SIMD2<Double> {
    let roundness = max(1 - (distance / 1.25) * (distance / 1.25), 0)
    let nose = bump(point, at: noseTip - SIMD2(0, 0.05), radii: SIMD2(0.16, 0.22))
    let depth = 0.5 * roundness * roundness + 0.1 * nose
    let arm = SIMD3(point.x, point.y, depth) - Self.pivot
    let x = arm.x * yaw.x + arm.z * yaw.y
    let z = arm.z * yaw.x - arm.x * yaw.y
    let y = arm.y * pitch.x + z * pitch.y
    return SIMD2(x * roll.x - y * roll.y - arm.x, x * roll.y + y * roll.x - arm.y)
  }
}
