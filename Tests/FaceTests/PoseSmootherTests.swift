import Face
import Foundation
import Imaging
import MediaTypes
import Testing

@Suite struct PoseSmootherTests {
  private let smoother = PoseSmoother(rate: Rational(25))

  /// A pose 200 pixels high at (`x`, 100), with a tremble of `noise` pixels.
  private func pose(x: Double, noise: Double = 0, seed: Int = 0, score: Float = 1) -> WholeBodyPose
  {
    WholeBodyPose(
      wholeBody: (0..<133).map { index in
        func shake(_ salt: Int) -> Double {
          let hash = (index &* 7919 &+ seed &* 104_729 &+ salt &* 1_299_709) &* 2_654_435_761
          return noise * (Double((hash >> 8) & 0xffff) / 32768 - 1) * 3.squareRoot()
        }
        let place = Point(
          x + Double(index % 11) * 8 + shake(1), 100 + Double(index) * 1.5 + shake(2))
        return Keypoint(point: place, score: score)
      })
  }

  private func deviation(_ poses: [WholeBodyPose?], from truth: [WholeBodyPose]) -> Double {
    var (sum, count) = (0.0, 0.0)
    for (pose, actual) in zip(poses, truth) {
      for (a, b) in zip(pose?.body ?? [], actual.body) {
        sum += pow(a.point.distance(to: b.point), 2)
        count += 2
      }
    }
    return (sum / count).squareRoot()
  }

  @Test func `a tremble is less than 0.6 of what it was, and a wave keeps its height`() {
    let wave = (0..<100).map { 200 + 60 * sin(2 * .pi * Double($0) / 25) }
    let truth = wave.map { pose(x: $0) }
    let shaken = wave.enumerated().map { pose(x: $1, noise: 2, seed: $0) }
    let before = deviation(shaken, from: truth)
    let after = deviation(smoother.smoothed(shaken), from: truth)
    #expect(abs(before - 2) < 0.15)
    #expect(after < 0.6 * before, "\(before) -> \(after)")
    #expect(deviation(smoother.smoothed(truth), from: truth) < 0.5)
  }

  @Test func `short gaps are filled, long ones are not`() throws {
    var poses: [WholeBodyPose?] = (0..<60).map { pose(x: 200 + Double($0)) }
    for frame in 10..<14 { poses[frame] = nil }
    for frame in 30..<45 { poses[frame] = nil }
    poses[20]?.body[4].score = -1
    let smoothed = smoother.smoothed(poses)
    #expect(smoothed.count == 60)
    for frame in 10..<14 {
      let filled = try #require(smoothed[frame])
      #expect(filled.body[0].point.distance(to: pose(x: 200 + Double(frame)).body[0].point) < 0.01)
    }
    #expect(smoothed[30..<45].allSatisfy { $0 == nil })
    #expect(smoothed[20]?.body[4].isVisible == true)
  }

  @Test func `nothing is smoothed across a cut`() {
    let poses: [WholeBodyPose?] = (0..<40).map { pose(x: $0 < 20 ? 200 : 500) }
    #expect(deviation(smoother.smoothed(poses), from: poses.compactMap(\.self)) < 1e-6)
  }

  @Test func `nobody, one frame, and nothing at all`() {
    #expect(smoother.smoothed([]).isEmpty)
    #expect(smoother.smoothed([nil, nil]) == [nil, nil])
    #expect(smoother.smoothed([pose(x: 9)]) == [pose(x: 9)])
  }
}
