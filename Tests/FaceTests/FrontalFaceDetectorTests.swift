import Face
import Foundation
import Imaging
import MediaTypes
import TestSupport
import Testing

@Suite("Frontal face detector")
struct FrontalFaceDetectorTests {
  /// The rendered face, 240 x 240, with gray chroma.
  static func face() throws -> Frame {
    let path = Golden.path("rendered-face.gray", in: .module)
    let luma = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return Frame(
      width: 240, height: 240, color: .bt709,
      samples: luma + [UInt8](repeating: 128, count: 240 * 120))
  }

  static func landmarks() throws -> Landmarks {
    let path = Golden.path("rendered-face.json", in: .module)
    let points = try JSONDecoder().decode(
      [[Double]].self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    return Landmarks(points: points.map { Point($0[0], $0[1]) })
  }

  @Test(
    "the rendered face is found where its landmarks say, at any size", arguments: [120, 240, 900])
  func found(size: Int) throws {
    let detector = try FrontalFaceDetector()
    let faces = try detector.faces(in: Self.face().resized(width: size, height: size))
    #expect(faces.count == 1)
    let square = try #require(faces.first).square
    let truth = try #require(try Self.landmarks().square)
    let factor = Double(size) / 240
    #expect(square.center.distance(to: truth.center * factor) < 0.12 * truth.side * factor)
    #expect(abs(square.side / (truth.side * factor) - 1) < 0.25)
  }

  @Test("a turned face is found around a known one")
  func turned() throws {
    let detector = try FrontalFaceDetector()
    let truth = try #require(try Self.landmarks().square)
    let turn = Similarity(scale: 1, radians: 1.3, shift: Point(280, 40))
    let turned = Frame(
      planarRGB: try Self.face().crop(turn.inverse, size: 400), width: 400, height: 400)
    #expect(try detector.faces(in: turned).isEmpty)
    let known = FaceSquare(
      center: turn(truth.center) + Point(8, -6), side: truth.side * 1.1, rollRadians: 1.25)
    let near = try #require(try detector.faces(in: turned, around: known).first)
    #expect(near.square.center.distance(to: turn(truth.center)) < 0.12 * truth.side)
    #expect(near.square.rollRadians == 1.25)
  }

  @Test("nothing is found in noise, in one colour, and in the smallest pictures")
  func nothing() throws {
    let detector = try FrontalFaceDetector()
    var noise = Frame(width: 200, height: 160)
    var source = Noise(seed: 5)
    for index in noise.lumaRange { noise.samples[index] = UInt8(128 + 20 * source.next()) }
    #expect(try detector.faces(in: noise).isEmpty)
    #expect(try detector.faces(in: Frame(width: 100, height: 100)).isEmpty)
    #expect(try detector.faces(in: Frame(width: 2, height: 2)).isEmpty)
    #expect(try detector.faces(in: Frame(width: 2, height: 600)).isEmpty)
  }

  @Test("the linked library has a version")
  func version() {
    #expect(FrontalFaceDetector.libraryVersion.split(separator: ".").count == 3)
  }
}
