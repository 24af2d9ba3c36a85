import Compute
import Face
import Imaging
import MediaTypes
import Testing

@Suite("MuseTalk's geometry, mended")
struct MuseTalkGeometryTests {
  static let geometry = MuseTalkGeometry(version: .v1_5)

  /// A face whose box is `side` wide and high, with its points on a grid as coarse as the pose network's.
  static func points(
    center: Point, side: Double = 200, turn: Double = 0, grid: Double = 0
  ) -> FacePoints {
    var points = (0..<FacePoints.count).map { index in
      let angle = Double(index) * 0.37
      return center + Point(0.35 * side, 0).turned(angle)
    }
    points[0] = center + Point(-side / 2, -side / 8)
    points[16] = center + Point(side / 2, -side / 8)
    points[8] = center + Point(0, side / 2)
    points[28] = center + Point(0, -side / 12)
    points[29] = center
    points[30] = center + Point(turn * side / 4, side / 12)
    points[36] = center + Point(-side / 4, -side / 8)
    points[45] = center + Point(side / 4, -side / 8)
    guard grid > 0 else { return FacePoints(points: points) }
    return FacePoints(
      points: points.map {
        Point(($0.x / grid).rounded() * grid, ($0.y / grid).rounded() * grid)
      })
  }

  static let detected = PixelBox(left: 400, top: 300, right: 620, bottom: 600)

  func faces(_ sightings: [FaceSighting], _ geometry: MuseTalkGeometry = Self.geometry)
    -> [PlacedFace?]
  {
    geometry.faces(sightings, rate: Rational(25), width: 1920, height: 1080)
  }

  @Test("a face at rest has one box, where each frame's own would jump")
  func rest() {
    var state: UInt64 = 1
    func noise() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) - 0.5
    }
    let sightings = (0..<200).map { _ in
      let center = Point(510.5 + 2 * noise(), 440.5 + 2 * noise())
      return FaceSighting(points: Self.points(center: center, grid: 4.17), detected: Self.detected)
    }
    func deviation(_ faces: [PlacedFace?]) -> Double {
      let tops = faces.compactMap { $0 }.map { Double($0.box.top) }
      let mean = tops.reduce(0, +) / Double(tops.count)
      return (tops.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(tops.count))
        .squareRoot()
    }
    var upstream = Self.geometry
    upstream.compatibility = .upstream
    #expect(deviation(faces(sightings, upstream)) > 1.5)
    #expect(deviation(faces(sightings)) < 0.5)
  }

  @Test("a face that moves is followed within two pixels")
  func motion() {
    let centers = (0..<100).map { Point(500 + (40 < $0 ? 6 * Double(min($0, 70) - 40) : 0), 440) }
    let sightings = centers.map {
      FaceSighting(
        points: Self.points(center: $0),
        detected: PixelBox(left: 300, top: 300, right: 900, bottom: 600))
    }
    for (face, center) in zip(faces(sightings), centers) {
      let box = face?.box ?? PixelBox(left: 0, top: 0, right: 0, bottom: 0)
      #expect(abs(Double(box.left + box.right) / 2 - center.x) <= 2.5)
      #expect(abs(Double(box.height - 10) - 200) <= 2)
    }
  }

  @Test("short gaps are filled, long ones and cuts are not")
  func gaps() {
    func sighting(_ x: Double, shot: Int = 0) -> FaceSighting {
      FaceSighting(points: Self.points(center: Point(x, 440)), detected: Self.detected, shot: shot)
    }
    let none = FaceSighting(points: nil, detected: nil)
    let sightings =
      [sighting(500), sighting(500), none, none, sighting(500), sighting(500)]
      + [FaceSighting](repeating: none, count: 20) + [sighting(520), sighting(520)]
      + [sighting(450, shot: 1), sighting(450, shot: 1)]
    let found = faces(sightings)
    #expect(found[..<6].allSatisfy { $0 != nil } && found[6..<26].allSatisfy { $0 == nil })
    #expect(found[27]?.box.left == 420 && found[28]?.box.left == 350)
    #expect(faces([]).isEmpty && faces([none, none]) == [nil, nil])
  }

  @Test("painting fades out towards a profile")
  func profile() {
    let strengths = [0, 0.5, 0.95, 1.3].map { turn in
      let sighting = FaceSighting(
        points: Self.points(center: Point(500, 440), turn: turn), detected: Self.detected)
      return faces([sighting])[0]?.strength ?? -1
    }
    #expect(strengths[0] == 1 && strengths[1] == 1 && strengths[3] == 0)
    #expect(strengths[2] > 0.2 && strengths[2] < 0.8)
    let nowhere = FacePoints(points: [Point](repeating: Point(3, 3), count: 68))
    #expect(nowhere.sidewaysTurn == .infinity)
  }

  @Test(
    "at the picture's edge the box is whole and the crop continued; upstream's is cut and stretched"
  )
  func edge() throws {
    let points = Self.points(center: Point(60, 60))
    let seen = PixelBox(left: 0, top: 0, right: 150, bottom: 150)
    let box = try #require(
      Self.geometry.box(points: points, detected: seen, width: 640, height: 480))
    #expect(box == PixelBox(left: -40, top: -40, right: 160, bottom: 170))
    var upstream = Self.geometry
    upstream.compatibility = .upstream
    #expect(
      upstream.box(points: points, detected: seen, width: 640, height: 480)
        == PixelBox(left: 0, top: 0, right: 150, bottom: 160))
    var picture = BytePicture(width: 640, height: 480, channels: 3, value: 90)
    for row in 0..<480 { for channel in 0..<3 { picture.samples[row * 1920 + channel] = 200 } }
    let crop = try Self.geometry.crop(of: picture, box)
    #expect(crop.samples[128 * 256 * 3 + 60] == 200 && crop.samples[128 * 256 * 3 + 600] == 90)
    #expect(crop.width == 256 && crop.height == 256)
  }

  @Test("points without a face's shape, of another person or not finite give the detector's box")
  func fallback() {
    let flat = FacePoints(points: [Point](repeating: Point(500, 400), count: 68))
    let far = Self.points(center: Point(1500, 800))
    let broken = FacePoints(points: [Point](repeating: Point(.nan, .infinity), count: 68))
    for compatibility in MuseTalkCompatibility.allCases {
      let geometry = MuseTalkGeometry(version: .v1_0, compatibility: compatibility)
      for points in [flat, broken] + (compatibility == .mended ? [far] : []) {
        let box = geometry.box(points: points, detected: Self.detected, width: 1920, height: 1080)
        #expect(box == Self.detected)
      }
      #expect(geometry.box(points: far, detected: nil, width: 1920, height: 1080) == nil)
      let away = PixelBox(left: 5000, top: 0, right: 5100, bottom: 50)
      #expect(geometry.box(points: flat, detected: away, width: 1920, height: 1080) == nil)
    }
  }

  @Test("refined points lie between the network's half pixels")
  func refinement() {
    var configuration = RTMPose.Configuration.wholeBodyLarge
    (configuration.binsX, configuration.binsY) = (24, 32)
    let box = PixelBox(left: 0, top: 0, right: 96, bottom: 128)
    let window = PoseWindow(around: box, configuration: configuration)
    func logits(_ bins: Int, peak: Double) -> HostTensor {
      let row = (0..<bins).map { Float(5 - 0.02 * (Double($0) - peak) * (Double($0) - peak)) }
      return HostTensor(
        shape: [1, 133, bins], values: (0..<133).flatMap { _ in row })
    }
    let (x, y) = (logits(24, peak: 10.3), logits(32, peak: 17.6))
    let plain = window.keypoints(x: x, y: y)[50].point
    let refined = window.keypoints(x: x, y: y, refines: true)[50].point
    // A bin is 5 pixels: the window is 120 x 160 pixels in 24 x 32 bins.
    #expect(abs(refined.x - plain.x - 1.5) < 0.01 && abs(refined.y - plain.y + 2) < 0.01)
  }

  @Test("a box depends on no frame further on than the lookahead", arguments: [24, 25, 50])
  func lookahead(rate: Int) {
    var state: UInt64 = 5
    func noise() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) - 0.5
    }
    let sightings = (0..<260).map { index in
      let way = 60 * abs(Double(index % 120) - 60) / 60
      let center = Point(510.0 + way + 4 * noise(), 440.0 + 4 * noise())
      let points = Self.points(center: center, turn: 1.2 * noise())
      return FaceSighting(
        points: index % 37 < 5 ? nil : points, detected: Self.detected, shot: index / 150)
    }
    func faces(_ count: Int) -> [PlacedFace?] {
      Self.geometry.faces(
        Array(sightings.prefix(count)), rate: Rational(rate), width: 1920, height: 1080)
    }
    let (whole, ahead) = (faces(260), Self.geometry.lookahead(rate: Rational(rate)))
    #expect(ahead > 0)
    for count in stride(from: ahead + 1, to: 260, by: 3) {
      #expect(faces(count).prefix(count - ahead) == whole.prefix(count - ahead))
    }
    var upstream = Self.geometry
    upstream.compatibility = .upstream
    #expect(upstream.lookahead(rate: Rational(rate)) == 0)
  }
}

extension Point {
  fileprivate func turned(_ radians: Double) -> Point {
    Similarity(scale: 1, radians: radians).turned(self)
  }
}
