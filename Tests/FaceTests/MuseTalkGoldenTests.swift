import Compute
import Face
import Imaging
import MediaTypes
import TestSupport
import Testing

/// What MuseTalk's and mmpose's own functions make of the same input.
@Suite("MuseTalk's geometry, compared with upstream")
struct MuseTalkGoldenTests {
  let golden: Golden

  init() throws { golden = try Golden("musetalk-geometry.safetensors", in: .module) }

  func box(_ values: some Collection<Float>) -> PixelBox? {
    let corners = values.map { Int($0) }
    return corners == [0, 0, 0, 0]
      ? nil : PixelBox(left: corners[0], top: corners[1], right: corners[2], bottom: corners[3])
  }

  func boxes(_ key: String) throws -> [PixelBox?] {
    let values = try golden[key].values
    return stride(from: 0, to: values.count, by: 4).map { box(values[$0..<($0 + 4)]) }
  }

  func sightings() throws -> [FaceSighting] {
    let keypoints = try golden["keypoints"]
    let detected = try boxes("detected")
    return detected.enumerated().map { index, box in
      let points = (0..<FacePoints.wholeBodyCount).map { point in
        let at = 2 * (index * FacePoints.wholeBodyCount + point)
        return Point(Double(keypoints.values[at]), Double(keypoints.values[at + 1]))
      }
      return FaceSighting(points: FacePoints(wholeBody: points), detected: box)
    }
  }

  @Test("boxes and the range of shifts equal upstream's", arguments: [0, 9, -7])
  func boxes(shift: Int) throws {
    let geometry = MuseTalkGeometry(version: .v1_0, boxShift: shift, compatibility: .upstream)
    let sightings = try sightings()
    let faces = geometry.faces(sightings, rate: Rational(25), width: 300, height: 300)
    #expect(faces.map { $0?.box } == (try boxes("boxes/\(shift)")))
    let range = try golden["range/\(shift)"].values.map { Int($0) }
    let found = MuseTalkGeometry.boxShiftRange(sightings)
    #expect(found?.lowest == range[0] && found?.highest == range[1])
    #expect(MuseTalkGeometry.boxShiftRange([FaceSighting(points: nil, detected: nil)]) == nil)
  }

  @Test("1.5's boxes have a margin that ends with the frame")
  func margin() throws {
    let geometry = MuseTalkGeometry(version: .v1_5, compatibility: .upstream)
    let faces = geometry.faces(try sightings(), rate: Rational(25), width: 300, height: 280)
    for (face, plain) in zip(faces, try boxes("boxes/0")) {
      #expect(face?.box.bottom == plain.map { min($0.bottom + 10, 280) })
    }
  }

  @Test("S3FD's outputs give upstream's faces")
  func detections() throws {
    let scores = try (0..<6).map { try golden["s3fd/scores/\($0)"] }
    let boxes = try (0..<6).map { try golden["s3fd/boxes/\($0)"] }
    let found = S3FD.faces(scores: scores, boxes: boxes)
    let expected = try golden["s3fd/faces"]
    let values = found.flatMap { [$0.left, $0.top, $0.right, $0.bottom, $0.score] }
    let comparison = Comparison(HostTensor(shape: [found.count, 5], values: values), expected)
    #expect(comparison.relativeMaximumError < 1e-5, "\(comparison)")
    #expect(found.first?.box == box(try golden["s3fd/first"].values))
  }

  @Test("outputs that are not numbers give no faces")
  func notNumbers() {
    let scores = (0..<6).map { _ in
      HostTensor(shape: [1, 2, 2, 2], values: [Float](repeating: .nan, count: 8))
    }
    let boxes = (0..<6).map { _ in
      HostTensor(shape: [1, 4, 2, 2], values: [Float](repeating: .infinity, count: 16))
    }
    #expect(S3FD.faces(scores: scores, boxes: boxes).isEmpty)
    let likely = (0..<6).map { _ in
      HostTensor(shape: [1, 2, 2, 2], values: [0, 0, 0, 0, 9, 9, 9, 9])
    }
    #expect(S3FD.faces(scores: likely, boxes: boxes).isEmpty)
  }

  static var smallPose: RTMPose.Configuration {
    var configuration = RTMPose.Configuration.wholeBodyLarge
    (configuration.binsX, configuration.binsY) = (24, 32)
    return configuration
  }

  func picture(_ key: String) throws -> BytePicture {
    let tensor = try golden[key]
    return BytePicture(
      width: tensor.shape[1], height: tensor.shape[0], channels: 3,
      samples: tensor.values.map { UInt8($0) })
  }

  @Test("the pose network's input equals mmpose's, and mirrors")
  func poseInput() throws {
    let picture = try picture("pose/picture")
    let window = PoseWindow(around: picture.bounds, configuration: Self.smallPose)
    let found = window.input(picture)
    let comparison = Comparison(found, try golden["pose/input"])
    #expect(comparison.maximumError < 1e-5, "\(comparison)")
    let flipped = window.input(picture, isFlipped: true)
    #expect(flipped.values[0..<12].elementsEqual(found.values[0..<12].reversed()))
  }

  @Test("points equal mmpose's, with and without the flip test")
  func keypoints() throws {
    let picture = try picture("pose/picture")
    let window = PoseWindow(around: picture.bounds, configuration: Self.smallPose)
    let plain = (x: try golden["pose/x"], y: try golden["pose/y"])
    let averaged = PoseWindow.averaged(
      plain, flipped: (x: try golden["pose/flippedX"], y: try golden["pose/flippedY"]))
    for (name, logits) in [("plain", plain), ("averaged", averaged)] {
      let points = window.keypoints(x: logits.x, y: logits.y)
      let values = points.flatMap { [Float($0.point.x), Float($0.point.y)] }
      let comparison = Comparison(
        HostTensor(shape: [133, 2], values: values), try golden["pose/\(name)"])
      #expect(comparison.maximumError < 1e-5, "\(name): \(comparison)")
      #expect(points.map(\.score) == (try golden["pose/\(name)/scores"].values))
    }
  }

  /// The classes of the fixture, each as large as 8 x 8 pixels.
  func classes() throws -> BytePicture {
    let small = try golden["classes"].values
    return BytePicture(
      width: 512, height: 512, channels: 1,
      samples: (0..<(512 * 512)).map { UInt8(small[($0 / 512 / 8) * 64 + $0 % 512 / 8]) })
  }

  @Test(
    "masks equal upstream's",
    arguments: [
      (FaceParsing.Mode.raw, 90, 90), (.neck, 90, 90), (.jaw, 90, 90), (.jaw, 20, 160),
    ])
  func masks(mode: FaceParsing.Mode, left: Int, right: Int) throws {
    let parsing = FaceParsing(
      mode: mode, leftCheekWidth: left, rightCheekWidth: right, compatibility: .upstream)
    let mask = try parsing.mask(classes: try classes())
    let bits = try golden["masks/\(mode.rawValue)/\(left)/\(right)"].values.map { UInt8($0) }
    let expected = mask.samples.indices.map { bits[$0 / 8] >> UInt8(7 - $0 % 8) & 1 == 1 }
    #expect(mask.samples.map { $0 == 255 } == expected)
    #expect(mask.samples.allSatisfy { $0 == 0 || $0 == 255 })
  }

  @Test("the parser's input equals upstream's")
  func parserInput() throws {
    let input = try FaceParsing.input(try picture("square"))
    let expected = try golden["input"]
    var found: [Float] = []
    for row in 0..<(3 * 64) {
      let line = (row / 64 * 512 + row % 64 * 8) * 512
      for column in 0..<64 { found.append(input.values[line + 8 * column]) }
    }
    let comparison = Comparison(HostTensor(shape: [1, 3, 64, 64], values: found), expected)
    #expect(comparison.maximumError < 1e-5, "\(comparison)")
  }
}
