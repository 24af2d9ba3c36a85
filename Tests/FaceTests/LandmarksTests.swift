import Face
import Foundation
import Imaging
import TestSupport
import Testing

@Suite("Landmark geometry")
struct LandmarksTests {
  static let squares = [
    FaceSquare(center: Point(100, 80), side: 60),
    FaceSquare(center: Point(-5, 300), side: 210, rollRadians: 0.6),
    FaceSquare(center: Point(40, 40), side: 25, rollRadians: -1.2),
  ]

  @Test("a mean face gives back the square it was laid in", arguments: squares)
  func square(_ square: FaceSquare) throws {
    let found = try #require(Landmarks.mean(in: square).square)
    #expect(found.center.distance(to: square.center) < 0.02 * square.side)
    #expect(abs(found.side / square.side - 1) < 0.02)
    #expect(abs(found.rollRadians - square.rollRadians) < 0.01)
    #expect(Landmarks.mean(in: square).layoutError < 1e-9)
    #expect(Landmarks.mean(in: square).sidewaysTurn < 1e-6)
  }

  private struct Example: Decodable {
    var landmarks: [[Double]]
    var crop_to_image: [Double]
  }

  @Test("the aligned crop equals the training's")
  func alignedCrop() throws {
    let path = Golden.path("aligned-crop.json", in: .module)
    let examples = try JSONDecoder().decode(
      [Example].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    #expect(examples.count == 3)
    for example in examples {
      let landmarks = Landmarks(points: example.landmarks.map { Point($0[0], $0[1]) })
      let crop = try #require(landmarks.alignedCrop)
      let found = [crop.a, -crop.b, crop.shiftX, crop.b, crop.a, crop.shiftY]
      for (a, b) in zip(found, example.crop_to_image) { #expect(abs(a - b) < 1e-6) }
    }
  }

  @Test("the landmark crop is 1.6 times the square and 6 % lower")
  func landmarkCrop() {
    let crop = FaceSquare(center: Point(100, 100), side: 50).landmarkCrop(size: 128)
    #expect(crop(Point(64, 64)).distance(to: Point(100, 103)) < 1e-9)
    #expect(abs(crop.scale * 128 - 80) < 1e-9)
    let turned = FaceSquare(center: Point(100, 100), side: 50, rollRadians: .pi / 2)
    #expect(turned.landmarkCrop(size: 128)(Point(64, 64)).distance(to: Point(97, 100)) < 1e-9)
  }

  @Test("points in one place, or scattered, are no face")
  func degenerate() {
    let same = Landmarks(points: .init(repeating: Point(3, 3), count: 35))
    #expect(same.alignedCrop == nil && same.square == nil && same.layoutError == .infinity)
    let infinite = Landmarks(points: .init(repeating: Point(.infinity, .nan), count: 35))
    #expect(infinite.alignedCrop == nil && infinite.square == nil)
    let face = Landmarks.mean(in: Self.squares[0])
    let reversed = Landmarks(points: face.points.reversed())
    #expect(LandmarkReading(landmarks: reversed, presence: 1).trust < 0.05)
    #expect(LandmarkReading(landmarks: face, presence: 0.9).trust > 0.89)
  }

  @Test("a nose moved to a side is a turned head")
  func sideways() {
    var points = Landmarks.mean(in: Self.squares[0]).points
    points[4].x += 20
    #expect(Landmarks(points: points).sidewaysTurn > 0.6)
  }
}
