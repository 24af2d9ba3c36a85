import Compute
import Face
import Imaging
import TestSupport
import Testing

@Suite struct WholeBodyPoseTests {
  private func pose(_ points: HostTensor) -> WholeBodyPose {
    WholeBodyPose(
      wholeBody: (0..<133).map { index in
        let values = points.values[(3 * index)..<(3 * index + 3)].map(Double.init)
        return Keypoint(point: Point(values[0], values[1]), score: Float(values[2]))
      })
  }

  @Test(arguments: ["whole", "half"])
  func `poses are drawn as upstream draws them`(name: String) throws {
    let golden = try Golden("openpose.safetensors", in: .module)
    let expected = try golden["\(name).drawing"]
    let drawn = try pose(golden["\(name).points"])
      .drawing(width: expected.shape[1], height: expected.shape[0])
    let pixels = expected.values.count / 3
    let different = (0..<pixels).count { pixel in
      (0..<3).contains { Float(drawn.samples[3 * pixel + $0]) != expected.values[3 * pixel + $0] }
    }
    let lit = (0..<pixels).count { pixel in
      expected.values[(3 * pixel)..<(3 * pixel + 3)].contains { $0 > 0 }
    }
    #expect(lit > 1000)
    // Only pixels on edges of limbs and fingers.
    #expect(different * 50 <= lit, "\(different) of \(lit)")
  }

  @Test func `points that are not seen are not drawn`() throws {
    let golden = try Golden("openpose.safetensors", in: .module)
    var points = try golden["whole.points"]
    for index in 0..<133 { points.values[3 * index + 2] = 0.3 }
    let unseen = pose(points)
    #expect(!unseen.isSeen && unseen.box == nil)
    #expect(unseen.drawing(width: 32, height: 32).samples.allSatisfy { $0 == 0 })
  }

  @Test func `parts are drawn that are asked for`() throws {
    let golden = try Golden("openpose.safetensors", in: .module)
    let pose = try pose(golden["whole.points"])
    func lit(_ parts: Set<WholeBodyPose.Part>) -> Set<Int> {
      let samples = pose.drawing(width: 192, height: 256, parts: parts).samples
      return Set(samples.indices.filter { samples[$0] > 0 }.map { $0 / 3 })
    }
    let single = WholeBodyPose.Part.allCases.map { lit([$0]) }
    #expect(single.allSatisfy { $0.count > 500 })
    #expect(single[0].union(single[1]) == lit([.body, .hands]))
    #expect(single.reduce(Set()) { $0.union($1) } == lit(Set(WholeBodyPose.Part.allCases)))
    #expect(lit([]).isEmpty)
  }

  @Test func `the neck is between the shoulders, and seen with both`() throws {
    let golden = try Golden("openpose.safetensors", in: .module)
    var points = try golden["whole.points"]
    let neck = pose(points).body[1]
    #expect(neck.isVisible)
    #expect(abs(neck.point.x - Double(points.values[15] + points.values[18]) / 2) < 1e-4)
    points.values[17] = 0.1
    #expect(!pose(points).body[1].isVisible)
  }

  @Test func `a pose that was moved and scaled is brought back`() throws {
    let golden = try Golden("openpose.safetensors", in: .module)
    let target = try pose(golden["whole.points"])
    let away = Similarity(scale: 1.7, shift: Point(-30, 12))
    let driving = target.moved(away)
    let alignment = try #require(PoseAlignment(driving: driving, target: target))
    #expect(alignment.before > 20 && alignment.after < 1e-6)
    #expect(abs(alignment.transform.scale - 1 / 1.7) < 1e-9)
    var blind = driving
    for index in blind.body.indices.dropFirst(2) { blind.body[index].score = 0 }
    #expect(PoseAlignment(driving: blind, target: target) == nil)
  }

  @Test(arguments: ["plain", "soft"])
  func `edges lie where OpenCV finds them`(name: String) throws {
    let golden = try Golden("openpose.safetensors", in: .module)
    let (picture, expected) = (try golden["\(name).picture"], try golden["\(name).edges"])
    let (height, width) = (picture.shape[0], picture.shape[1])
    let drawn = try CannyEdges.drawing(
      BytePicture(
        width: width, height: height, channels: 3, samples: picture.values.map { UInt8($0) }))
    func edges(_ isEdge: (Int) -> Bool) -> Set<Int> { Set((0..<width * height).filter(isEdge)) }
    let (found, known) = (
      edges { drawn.samples[3 * $0] == 255 }, edges { expected.values[$0] == 255 }
    )
    /// Those of `some` with one of `others` within a pixel.
    func near(_ some: Set<Int>, _ others: Set<Int>) -> Double {
      let hits = some.count { place in
        [-1, 0, 1].contains { row in
          [-1, 0, 1].contains { others.contains(place + row * width + $0) }
        }
      }
      return Double(hits) / Double(some.count)
    }
    #expect(known.count > 100 && drawn.samples.allSatisfy { $0 == 0 || $0 == 255 })
    // The soft one is noise, with an edge on every sixth pixel.
    let least = name == "plain" ? 0.98 : 0.88
    #expect(near(found, known) >= least && near(known, found) >= least)
    #expect(abs(Double(found.count) / Double(known.count) - 1) <= 0.06)
  }
}
