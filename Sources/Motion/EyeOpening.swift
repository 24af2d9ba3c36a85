import Face
import Imaging
import MediaTypes

/// An eye's opening on a picture: an almond between two lids, in the face's coordinates.
struct EyeOpening: Sendable, Equatable {
  /// Its middle.
  let center: SIMD2<Double>
  /// The iris from the middle, along and across the eye.
  let iris: SIMD2<Double>
  /// Corner to corner.
  let width: Double
  /// How high the upper lid's edge is in the middle, and how low the lower lid's.
  let upper: Double
  let lower: Double
  /// The cosine and the sine of its turn.
  let turn: SIMD2<Double>

  /// A little beyond the corners, where the lids meet.
  var reach: Double { 0.68 * width }

  /// A point of the face, along and across the eye from its middle.
  func local(_ point: SIMD2<Double>) -> SIMD2<Double> {
    let offset = point - center
    return SIMD2(
      offset.x * turn.x + offset.y * turn.y, offset.y * turn.x - offset.x * turn.y)
  }

  /// How far the lids are open at `along`, 1 in the middle, 0 at the corners and beyond.
  func openness(_ along: Double) -> Double {
    let share = along / reach
    return max(1 - share * share, 0)
  }

  /// 1 on the eyeball, 0 beyond the lids, soft between; `place` is along and across the eye.
  func ball(_ place: SIMD2<Double>) -> Double {
    let open = openness(place.x)
    let soft = 0.14 * width
    return smoothstep((place.y + upper * open) / soft) * smoothstep((lower * open - place.y) / soft)
  }

  /// 1 halfway between the lids, falling gently to 0 at both.
  func middle(_ place: SIMD2<Double>) -> Double {
    let height = (place.y < 0 ? upper : lower) * openness(place.x)
    guard height > 0 else { return 0 }
    let share = place.y / height
    let rest = max(1 - share * share, 0)
    return rest * rest
  }
}

/// Looks for the opening of an eye around two landmarks: an iris is dark, with brighter skin or white at its sides, and
/// spans the opening.
///
/// Landmarks know an eye's corners within a third of its width only, so that pixels must have the last word.
struct EyeFinder {
  /// Samples across an eye's width, and across the searched square.
  private static let resolution = 40
  private static let size = 121
  private static let half = 60
  private static let blur = 6

  private let step: Double
  private let width: Double
  private let luma: [Double]
  private let blurred: [Double]
  private let skin: Double

  /// `toFace` maps the picture's pixels to the face's coordinates, in which the eye is `width` wide around `middle`.
  init(_ frame: Frame, fromFace: Similarity, middle: SIMD2<Double>, width: Double) {
    (self.width, step) = (width, width / Double(Self.resolution))
    let corner = Point(
      middle.x - (Double(Self.half) + 0.5) * step, middle.y - (Double(Self.half) + 0.5) * step)
    let crop = Similarity(scale: step, shift: corner).followed(by: fromFace)
    luma = frame.lumaCrop(crop, size: Self.size).map(Double.init)
    blurred = Self.averaged(luma)
    let middleRows = luma[(20 * Self.size)..<(101 * Self.size)].sorted()
    skin = middleRows[middleRows.count / 2]
  }

  /// The iris from the landmarks' middle, and how far the opening reaches above and below it.
  func iris() -> (place: SIMD2<Double>, above: Double, below: Double) {
    let first = darkest()
    let (column, row) = centered(first)
    let threshold = value(blurred, column, row) * 0.45 + skin * 0.55
    func run(_ direction: Int) -> Double {
      var y = row
      while y > 0, y < Self.size - 1, middle(column, y) < threshold { y += direction }
      return Double(abs(y - row)) * step
    }
    let place = SIMD2(Double(column - Self.half), Double(row - Self.half)) * step
    return (place, run(-1), run(1))
  }

  private func value(_ values: [Double], _ column: Int, _ row: Int) -> Double {
    values[row * Self.size + column]
  }

  /// The mean over an iris' width.
  private func middle(_ column: Int, _ row: Int) -> Double {
    (-3...3).reduce(0) { $0 + value(luma, column + $1, row) } / 7
  }

  private func darkest() -> (column: Int, row: Int) {
    var (best, place) = (-Double.infinity, (Self.half, Self.half))
    for row in (Self.half - 16)...(Self.half + 16) {
      for column in (Self.half - 24)...(Self.half + 24) {
        let dark = value(blurred, column, row)
        let sides = min(value(blurred, column - 17, row), value(blurred, column + 17, row))
        let x = Double(column - Self.half) * step / (0.42 * width)
        let y = Double(row - Self.half) * step / (0.3 * width)
        // Near the landmarks' middle rather than far; a quotient in place of a bell curve.
        let nearness = 1 / ((1 + x * x) * (1 + y * y))
        let score = (max(sides - dark, 0) + 0.35 * (skin - dark)) * nearness
        if score > best { (best, place) = (score, (column, row)) }
      }
    }
    return place
  }

  /// The middle of what is dark around `first`, a little way off at most.
  private func centered(_ first: (column: Int, row: Int)) -> (column: Int, row: Int) {
    var (column, row) = first
    for _ in 0..<3 {
      let limit = (skin + value(blurred, column, row)) / 2
      var (total, x, y) = (0.0, 0.0, 0.0)
      for j in (row - 13)...(row + 13) {
        for i in (column - 15)...(column + 15) {
          let darkness = max(limit - value(luma, i, j), 0)
          (total, x, y) = (total + darkness, x + darkness * Double(i), y + darkness * Double(j))
        }
      }
      guard total > 0 else { break }
      column = min(max(Int((x / total).rounded()), first.column - 7), first.column + 7)
      row = min(max(Int((y / total).rounded()), first.row - 4), first.row + 4)
    }
    return (column, row)
  }

  /// Means over squares of 13 x 13, edges repeated.
  private static func averaged(_ values: [Double]) -> [Double] {
    func pass(_ values: [Double], _ stride: Int, _ other: Int) -> [Double] {
      var result = values
      for line in 0..<size {
        for place in 0..<size {
          var sum = 0.0
          for tap in (place - blur)...(place + blur) {
            sum += values[line * other + min(max(tap, 0), size - 1) * stride]
          }
          result[line * other + place * stride] = sum / Double(2 * blur + 1)
        }
      }
      return result
    }
    return pass(pass(values, 1, size), size, 1)
  }
}
