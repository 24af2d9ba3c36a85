public import Imaging

// After IDEA-Research/DWPose, as TMElyralab/controlnet_aux 06629ab has it, dwpose/wholebody.py.

/// A person's pose as OpenPose orders it: 18 points of the body, 68 of the face, 21 of each hand.
public struct WholeBodyPose: Hashable, Sendable {
  /// Nose, neck; right shoulder, elbow, wrist, and the left's; right hip, knee, ankle, and the left's; right and left eye, right and left ear.
  public var body: [Keypoint]
  public var face: [Keypoint]
  public var leftHand: [Keypoint]
  public var rightHand: [Keypoint]

  /// The score above which a point counts.
  public static let visibleScore: Float = 0.3
  /// Points of the body that must be seen for there to be a person.
  static let fewestPoints = 4

  /// Where a body's points, the neck excepted, are among the whole body's.
  private static let bodyOrder = [6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]

  /// From the 133 points of the whole body (17 of the body, 6 of the feet, 68 of the face, 21 of each hand).
  ///
  /// The neck is between the shoulders, and seen if both are.
  public init(wholeBody points: [Keypoint]) {
    precondition(points.count == FacePoints.wholeBodyCount, "133 points of a body")
    let (left, right) = (points[5], points[6])
    let neck = Keypoint(
      point: (left.point + right.point) * 0.5,
      score: min(left.score, right.score) > Self.visibleScore ? 1 : 0)
    body = [points[0], neck] + Self.bodyOrder.map { points[$0] }
    face = Array(points[FacePoints.wholeBodyRange])
    leftHand = Array(points[91..<112])
    rightHand = Array(points[112..<133])
  }

  /// Whether enough of a body is seen.
  public var isSeen: Bool { body.count(where: \.isVisible) >= Self.fewestPoints }

  /// The upright box around all points that are seen, nil where none is.
  public var box: (least: Point, most: Point)? {
    let seen = (body + face + leftHand + rightHand).filter(\.isVisible).map(\.point)
    guard let first = seen.first else { return nil }
    return seen.reduce((first, first)) { box, point in
      (
        Point(min(box.0.x, point.x), min(box.0.y, point.y)),
        Point(max(box.1.x, point.x), max(box.1.y, point.y))
      )
    }
  }

  /// The pose with every point moved as `transform` does.
  public func moved(_ transform: Similarity) -> WholeBodyPose {
    var pose = self
    for part in [\WholeBodyPose.body, \.face, \.leftHand, \.rightHand] {
      pose[keyPath: part] = self[keyPath: part].map {
        Keypoint(point: transform($0.point), score: $0.score)
      }
    }
    return pose
  }
}

extension Keypoint {
  /// Whether the network is sure enough of the point.
  public var isVisible: Bool { score > WholeBodyPose.visibleScore }
}
