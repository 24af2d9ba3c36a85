public import Imaging

/// 68 points of a face in iBUG's order, as the whole-body pose network finds them.
///
/// 0-16 jaw line from ear to ear with the chin's tip at 8, 17-26 brows, 27-30 bridge of the nose from above with its tip
/// at 30, 31-35 nostrils, 36-41 and 42-47 eyes, 48-67 lips. Unlike elsewhere, a whole number is the centre of a pixel.
public struct FacePoints: Hashable, Sendable, Codable {
  public static let count = 68
  /// Points of the whole body among which the face's are `wholeBodyRange`.
  public static let wholeBodyCount = 133
  public static let wholeBodyRange = 23..<91

  public let points: [Point]

  /// Wraps 68 points in the order above.
  public init(points: [Point]) {
    precondition(points.count == Self.count, "68 face points")
    self.points = points
  }

  /// The face's points among 133 of a whole body.
  public init(wholeBody: [Point]) {
    precondition(wholeBody.count == Self.wholeBodyCount, "133 points of a body")
    self.init(points: Array(wholeBody[Self.wholeBodyRange]))
  }

  /// Stored as x and y in turn.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(points.flatMap { [$0.x, $0.y] })
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let values = try container.decode([Double].self)
    guard values.count == 2 * Self.count else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "68 face points")
    }
    self.init(points: (0..<Self.count).map { Point(values[2 * $0], values[2 * $0 + 1]) })
  }

  public subscript(_ index: Int) -> Point { points[index] }

  /// These points without their fractions, which fall towards zero.
  public var truncated: FacePoints {
    FacePoints(points: points.map { Point($0.x.rounded(.towardZero), $0.y.rounded(.towardZero)) })
  }

  /// How far the head is turned to a side: 0 from the front, about 1 where an eye vanishes.
  ///
  /// The nose's tip against the outer corners of the eyes, along the line between them, in halves of its length.
  public var sidewaysTurn: Double {
    let (left, right) = (points[36], points[45])
    let across = right - left
    let square = across.x * across.x + across.y * across.y
    guard square > 0, square.isFinite else { return .infinity }
    let nose = points[30] - (left + right) * 0.5
    let turn = 2 * abs(nose.x * across.x + nose.y * across.y) / square
    // Seen from behind an ear, the corners change places.
    return across.x > 0 ? turn : .infinity
  }
}
