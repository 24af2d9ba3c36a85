import Imaging

/// A lid drawn over an eye: the skin above it, pulled down over what stays in its place beneath.
struct LidCover {
  private let eye: EyeOpening
  /// How far it is closed, from 0 to 1.
  private let closed: Double
  /// Half a pixel, in the face's coordinates.
  private let softness: Double

  /// Nil while the eye is as open as on the picture.
  init?(_ eye: EyeOpening, motion: PortraitMotion, pixel: Double) {
    // Who looks down lowers the lids.
    closed = min(motion[.blink] + 0.3 * max(motion[.gazeY], 0), 1)
    guard closed > 0 else { return nil }
    self.eye = eye
    softness = 0.02 * eye.width + 0.5 * pixel
  }

  /// What a point of the face shows.
  struct Look {
    /// Where the lid's skin comes from.
    var source: SIMD2<Double>
    /// Along the lid: over so far to both sides its skin is smoothed, since grain that is pulled down becomes streaks.
    var grain: SIMD2<Double>
    /// How far the lid covers the eye.
    var cover: Double
    /// How much the lashes darken it.
    var lash: Double
  }

  /// Nil where no lid is.
  func look(_ point: SIMD2<Double>) -> Look? {
    let place = eye.local(point)
    let open = eye.openness(place.x)
    guard open > 0 else { return nil }
    let width = eye.width
    let (upper, lower) = (-eye.upper * open, eye.lower * open)
    let top = upper - 0.36 * width * open.squareRoot()
    let edge = upper + closed * (lower - upper)
    guard place.y > top, place.y < edge + 0.2 * width else { return nil }
    let onset = min(3 * closed, 1)
    // From above the lashes, which stay at the lid's edge.
    let skin = upper - 0.17 * width * open * onset
    let stretched = top + (place.y - top) * (skin - top) / max(edge - top, 1e-9)
    let cover =
      (1 - smoothstep((place.y - edge + softness) / (2 * softness))) * smoothstep(open / 0.25)
    let line = (place.y - edge) / (0.06 * width + softness)
    let thin = max(1 - line * line, 0)
    let offset = SIMD2(
      place.x * eye.turn.x - stretched * eye.turn.y, place.x * eye.turn.y + stretched * eye.turn.x)
    return Look(
      source: eye.center + offset, grain: 0.08 * width * onset * eye.turn, cover: cover,
      lash: 0.45 * onset * smoothstep(open / 0.3) * thin * thin)
  }
}
