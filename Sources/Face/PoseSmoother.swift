import Foundation
import Imaging
public import MediaTypes

/// Takes the tremble out of a clip's poses, each point by itself, without lag.
///
/// Points that are lost for a moment are led from where they went to where they come back. Nothing is smoothed across a cut.
public struct PoseSmoother: Sendable {
  /// Deviation of the weights; a parabola is fitted, so quicker movements than this keep their height.
  private static let deviationSeconds = 0.08
  private static let longestGapSeconds = 0.25
  /// Most points jump so far, in heights of the person: another shot, or another person.
  private static let cut = 0.25

  private let regression: LocalRegression
  private let longestGap: Int

  /// For poses at `rate` frames a second.
  public init(rate: Rational) {
    regression = LocalRegression(deviation: max(Self.deviationSeconds * rate.value, 1))
    longestGap = Int(Self.longestGapSeconds * rate.value)
  }

  /// `poses`, frame by frame, nil where nobody is seen; as many come back.
  public func smoothed(_ poses: [WholeBodyPose?]) -> [WholeBodyPose?] {
    var result: [WholeBodyPose?] = []
    for shot in shots(poses) { result += smoothed(shot: Array(poses[shot])) }
    return result
  }

  /// Frames between cuts; frames without anybody go with those before.
  private func shots(_ poses: [WholeBodyPose?]) -> [Range<Int>] {
    var starts = [0]
    var last: WholeBodyPose?
    for (frame, pose) in poses.enumerated() {
      if let pose, let last, Self.isCut(last, pose) { starts.append(frame) }
      last = pose ?? last
    }
    return zip(starts, starts.dropFirst() + [poses.count]).map { $0..<$1 }
  }

  private static func isCut(_ a: WholeBodyPose, _ b: WholeBodyPose) -> Bool {
    let moves = zip(a.body, b.body).filter { $0.isVisible && $1.isVisible }
      .map { $0.point.distance(to: $1.point) }.sorted()
    guard let box = a.box else { return false }
    return moves.isEmpty || moves[moves.count / 2] > cut * (box.most.y - box.least.y)
  }

  private func smoothed(shot poses: [WholeBodyPose?]) -> [WholeBodyPose?] {
    guard let example = poses.lazy.compactMap(\.self).first else { return poses }
    let unseen = example.points.map { Keypoint(point: $0.point, score: -1) }
    var tracks = poses.map { $0?.points ?? unseen }
    for point in unseen.indices {
      var track = tracks.map { $0[point] }
      smooth(&track)
      for frame in tracks.indices { tracks[frame][point] = track[frame] }
    }
    return zip(poses, tracks).map { pose, points in
      let made = (pose ?? example).with(points)
      return pose != nil || made.isSeen ? made : nil
    }
  }

  private func smooth(_ track: inout [Keypoint]) {
    fillGaps(&track)
    var start = 0
    while start < track.count {
      let end = track[start...].firstIndex { !$0.isVisible } ?? track.count
      if end > start {
        let run = regression.smoothed(track[start..<end].map { [$0.point.x, $0.point.y] })
        for (frame, place) in zip(start..<end, run) {
          track[frame].point = Point(place[0], place[1])
        }
      }
      start = end + 1
    }
  }

  private func fillGaps(_ track: inout [Keypoint]) {
    var last: Int?
    for frame in track.indices where track[frame].isVisible {
      if let last, frame - last > 1, frame - last - 1 <= longestGap {
        let (from, to) = (track[last], track[frame])
        for between in (last + 1)..<frame {
          let share = Double(between - last) / Double(frame - last)
          track[between] = Keypoint(
            point: from.point + (to.point - from.point) * share, score: min(from.score, to.score))
        }
      }
      last = frame
    }
  }
}

extension WholeBodyPose {
  /// Body, face, left hand and right hand.
  fileprivate var points: [Keypoint] { body + face + leftHand + rightHand }

  /// The pose with these points, in that order.
  fileprivate func with(_ points: [Keypoint]) -> WholeBodyPose {
    var (pose, rest) = (self, points[...])
    for part in [\WholeBodyPose.body, \.face, \.leftHand, \.rightHand] {
      let count = pose[keyPath: part].count
      pose[keyPath: part] = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return pose
  }
}
