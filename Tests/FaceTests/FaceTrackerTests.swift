import Face
import Foundation
import Imaging
import MediaTypes
import Testing

@Suite("Tracking a face")
struct FaceTrackerTests {
  static let square = FaceSquare(center: Point(64, 60), side: 48)

  static func still(_ square: FaceSquare = square) -> FakeScene {
    FakeScene(people: { _ in [.init(square: square)] })
  }

  @Test("a still face is found on every frame, where it is")
  func stillFace() throws {
    let track = try Self.still().track(40)
    #expect(track.framesWithFace == 40)
    let truth = try #require(Landmarks.mean(in: Self.square).alignedCrop)
    for index in 0..<40 {
      let face = try #require(track[index])
      #expect(face.crop(Point(128, 128)).distance(to: truth(Point(128, 128))) < 0.05)
      #expect(abs(face.crop.scale / truth.scale - 1) < 1e-3)
      #expect(face.strength == 1)
    }
  }

  @Test("a single picture gives a track of one frame")
  func picture() throws {
    let scene = Self.still()
    let track = try FaceTracker.track(still: scene.frame(0), detector: scene, landmarks: scene)
    #expect(track.frameCount == 1 && track.framesWithFace == 1)
  }

  @Test("a picture's readings are averaged")
  func averaged() throws {
    let square = FaceSquare(center: Point(200, 200), side: 200)
    let scene = WaveringScene(scene: Self.still(square))
    let track = try FaceTracker.track(
      still: scene.scene.frame(0), detector: scene, landmarks: scene)
    let truth = Landmarks.mean(in: square).mouth
    let averaged = try #require(track[0]).landmarks.mouth.distance(to: truth)
    let once = scene.landmarks(in: scene.scene.frame(0), square: square).landmarks.mouth
    #expect(once.distance(to: truth) > 3)
    #expect(averaged < 1.5)
  }

  @Test("a picture without a face gives an empty track")
  func nobody() throws {
    let track = try FakeScene(people: { _ in [] }).track(30)
    #expect(track.framesWithFace == 0 && track.rangesWithoutFace == [0..<30])
    #expect(track.medianCropSide == nil)
  }

  @Test("jitter of a resting face falls below half a pixel on a face of 200 pixels")
  func jitter() throws {
    let square = FaceSquare(center: Point(200, 200), side: 200)
    var scene = Self.still(square)
    scene.jitter = 0.006
    let raw = (10..<140).compactMap { index in
      let reading = scene.landmarks(in: scene.frame(index), square: square)
      return reading.landmarks.alignedCrop.map { $0(Point(128, 136)) }
    }
    #expect(Self.deviation(raw) > 1.2)
    let track = try scene.track(150)
    let places = (10..<140).compactMap { track[$0].map { $0.crop(Point(128, 136)) } }
    #expect(places.count == 130)
    #expect(Self.deviation(places) < 0.75)
    let steps = zip(places, places.dropFirst()).map { $0 - $1 }
    #expect(Self.deviation(steps) < 0.5)
  }

  /// Root mean square distance from the mean.
  static func deviation(_ places: [Point]) -> Double {
    let mean = Point.mean(of: places)
    var sum = 0.0
    for place in places { sum += pow(place.distance(to: mean), 2) }
    return (sum / Double(places.count)).squareRoot()
  }

  @Test("a fast move is followed without lag")
  func fastMove() throws {
    let place: @Sendable (Int) -> FaceSquare = { index in
      let t = min(max(Double(index - 40) / 12, 0), 1)
      let eased = t * t * (3 - 2 * t)
      return FaceSquare(
        center: Point(200 + 150 * eased, 200), side: 200, rollRadians: 0.3 * eased)
    }
    var scene = FakeScene(people: { [.init(square: place($0))] })
    scene.jitter = 0.002
    let track = try scene.track(100)
    for index in 0..<100 {
      let truth = try #require(Landmarks.mean(in: place(index)).alignedCrop)
      let face = try #require(track[index])
      #expect(face.crop(Point(128, 100)).distance(to: truth(Point(128, 100))) < 4)
    }
    let before = try #require(track[46])
    let after = try #require(Landmarks.mean(in: place(46)).alignedCrop)
    let lag = (before.crop(Point(128, 100)) - after(Point(128, 100))).x
    #expect(abs(lag) < 2)
  }

  @Test("short gaps are bridged on a line, longer ones pass through")
  func gaps() throws {
    let scene = FakeScene(people: { index in
      if (30..<36).contains(index) || (60..<80).contains(index) { return [] }
      let x = 60 + 0.2 * Double(index)
      return [.init(square: FaceSquare(center: Point(x, 60), side: 48))]
    })
    let track = try scene.track(100)
    #expect(track.rangesWithoutFace == [60..<80])
    let bridged = try #require(track[33]).landmarks.mouth.x
    let truth = Landmarks.mean(in: FaceSquare(center: Point(66.6, 60), side: 48)).mouth.x
    #expect(abs(bridged - truth) < 0.3)
    #expect(try #require(track[59]).strength < 0.5)
    #expect(try #require(track[80]).strength < 0.5)
    #expect(try #require(track[50]).strength == 1)
    #expect(try #require(track[0]).strength == 1)
    #expect(try #require(track[99]).strength == 1)
  }

  @Test("a cut starts afresh: nothing is smoothed across it, nothing fades")
  func cut() throws {
    let (first, second) = (
      FaceSquare(center: Point(40, 40), side: 48), FaceSquare(center: Point(90, 80), side: 60)
    )
    var scene = FakeScene(people: { [.init(square: $0 < 30 ? first : second)] })
    scene.luma = { $0 < 30 ? 60 : 170 }
    let track = try scene.track(60)
    #expect(track.framesWithFace == 60)
    for (index, square) in [(29, first), (30, second)] {
      let face = try #require(track[index])
      let truth = try #require(Landmarks.mean(in: square).alignedCrop)
      #expect(face.crop(Point(128, 128)).distance(to: truth(Point(128, 128))) < 0.05)
      #expect(face.strength == 1)
    }
  }

  @Test("the largest face is taken, and kept when a larger one crosses the picture")
  func crossing() throws {
    let hero = FaceSquare(center: Point(40, 60), side: 50)
    let scene = FakeScene(people: { index in
      let passer = FaceSquare(center: Point(130 - 0.5 * Double(index), 60), side: 70)
      let small = FaceSquare(center: Point(100, 100), side: 30)
      return index < 10
        ? [.init(square: small), .init(square: hero)]
        : [.init(square: passer, score: 2), .init(square: hero)]
    })
    let track = try scene.track(60)
    for index in 0..<60 {
      let face = try #require(track[index])
      #expect(abs((face.landmarks.square?.center.x ?? 0) - 40) < 1)
    }
  }

  @Test("another face may take over only after a second")
  func takeover() throws {
    let (one, two) = (
      FaceSquare(center: Point(30, 60), side: 40), FaceSquare(center: Point(100, 60), side: 40)
    )
    let scene = FakeScene(people: { index in
      index < 40 ? [.init(square: one), .init(square: two, score: 0.8)] : [.init(square: two)]
    })
    let track = try scene.track(100)
    #expect(track[39]?.landmarks.square.map { abs($0.center.x - 30) < 1 } == true)
    #expect(track[60] == nil)
    #expect(track[90]?.landmarks.square.map { abs($0.center.x - 100) < 1 } == true)
  }

  @Test("a face that appears late is followed back into the frames passed over")
  func lateFace() throws {
    for first in 57..<60 {
      let scene = FakeScene(people: { index in
        index >= first ? [.init(square: Self.square)] : []
      })
      #expect(try scene.track(80).rangesWithFace == [first..<80])
    }
  }

  @Test("tiny faces, and faces that neither network nor detector is sure of, are left alone")
  func refused() throws {
    let tiny = FaceSquare(center: Point(60, 60), side: 18)
    #expect(try FakeScene(people: { _ in [.init(square: tiny)] }).track(5).framesWithFace == 0)
    let vague = FakeScene(people: { _ in [.init(square: Self.square, presence: 0.3, score: 0.2)] })
    #expect(try vague.track(5).framesWithFace == 0)
  }

  @Test("where the network sees no face but the detector is sure, a mean face fills its box")
  func painting() throws {
    let scene = FakeScene(people: { _ in [.init(square: Self.square, presence: 0.1, score: 1.5)] })
    let track = try scene.track(10)
    let box = try #require(scene.faces(in: scene.frame(0)).first).square
    let wanted = try #require(Landmarks.mean(in: box).alignedCrop)
    for index in 0..<10 {
      let face = try #require(track[index])
      #expect(face.crop(Point(128, 128)).distance(to: wanted(Point(128, 128))) < 0.1)
    }
  }

  @Test("the same film gives the same track")
  func deterministic() throws {
    var scene = Self.still()
    scene.jitter = 0.01
    #expect(try scene.track(60) == scene.track(60))
  }
}
