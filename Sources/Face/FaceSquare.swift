import Foundation
public import Imaging

/// A turned square around a face, from the brows to below the mouth: the detector's box, made precise.
public struct FaceSquare: Hashable, Sendable {
  public var center: Point
  /// Side in pixels.
  public var side: Double
  /// Turn of the head in the picture plane, clockwise as seen.
  public var rollRadians: Double

  public init(center: Point, side: Double, rollRadians: Double = 0) {
    self.center = center
    self.side = side
    self.rollRadians = rollRadians
  }

  /// An upright square over a detector's box.
  public init(_ box: Rectangle) {
    self.init(center: box.center, side: (box.width + box.height) / 2)
  }

  /// Square coordinates (0...1 in both directions) -> picture pixels.
  public var toImage: Similarity {
    let turn = Similarity(scale: side, radians: rollRadians)
    let shift = center - turn(Point(0.5, 0.5))
    return Similarity(a: turn.a, b: turn.b, shiftX: shift.x, shiftY: shift.y)
  }

  /// The crop that the landmark network looks at: 1.6 times the square, 6 % of it lower.
  ///
  /// Maps crop pixels (0...`size`) to picture pixels.
  public func landmarkCrop(size: Int) -> Similarity {
    Similarity(scale: 1.6 / Double(size), shift: Point(0.5 - 0.8, 0.5 - 0.8 + 0.06))
      .followed(by: toImage)
  }

  /// A wider look at the surroundings, `factor` times the square, as a crop of `size` pixels.
  func surroundings(factor: Double, size: Int) -> Similarity {
    Similarity(
      scale: factor / Double(size), shift: Point(0.5 - factor / 2, 0.5 - factor / 2)
    ).followed(by: toImage)
  }

  /// The square without its turn.
  public var box: Rectangle {
    Rectangle(left: center.x - side / 2, top: center.y - side / 2, width: side, height: side)
  }

  /// Area shared with `other` over the area of both, turns left out.
  public func overlap(with other: FaceSquare) -> Double { box.overlap(with: other.box) }
}
