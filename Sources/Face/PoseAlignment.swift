public import Imaging

/// How a driving pose lies against the pose of the person who is to be driven, and what brings it there: a scale and a shift.
public struct PoseAlignment: Hashable, Sendable {
  /// What moves the driving poses.
  public let transform: Similarity
  /// The mean distance of points that both show, in pixels, without it and with it.
  public let before: Double
  public let after: Double

  /// Head and trunk, which tell where somebody is and how large, whatever the arms do.
  private static let steadyPoints = [0, 1, 2, 5, 8, 11, 14, 15, 16, 17]
  /// Scales that can be meant.
  private static let scales = 0.1...10.0

  /// Fits the head and the trunk of `driving` to those of `target`.
  ///
  /// nil where they share fewer than three such points, or no sensible scale brings one to the other.
  public init?(driving: WholeBodyPose, target: WholeBodyPose) {
    let shared = Self.steadyPoints.filter {
      driving.body[$0].isVisible && target.body[$0].isVisible
    }
    guard shared.count >= 3 else { return nil }
    let (from, to) = (
      shared.map { driving.body[$0].point }, shared.map { target.body[$0].point }
    )
    let (source, goal) = (Point.mean(of: from), Point.mean(of: to))
    var (square, along) = (0.0, 0.0)
    for (point, other) in zip(from, to) {
      let (p, q) = (point - source, other - goal)
      square += p.x * p.x + p.y * p.y
      along += p.x * q.x + p.y * q.y
    }
    guard square > 0, Self.scales.contains(along / square) else { return nil }
    let scale = along / square
    transform = Similarity(scale: scale, shift: goal - source * scale)
    func distance(_ move: Similarity) -> Double {
      zip(from, to).reduce(0) { $0 + move($1.0).distance(to: $1.1) } / Double(from.count)
    }
    (before, after) = (distance(.identity), distance(transform))
  }
}
