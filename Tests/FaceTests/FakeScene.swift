import Face
import Foundation
import Imaging
import MediaTypes

/// A film in which the truth is known: what a detector and a network would see on each frame.
struct FakeScene: FaceDetecting, LandmarkFinding {
  struct Person: Sendable {
    var square: FaceSquare
    var presence = 0.95
    var score = 1.0
  }

  /// Who is in the picture on a frame.
  var people: @Sendable (Int) -> [Person]
  /// Deviation of the network's points, in sides of the square.
  var jitter = 0.0
  /// Brightness of a frame: cuts show in it.
  var luma: @Sendable (Int) -> UInt8 = { _ in 90 }

  /// A frame that carries its number in its first two bytes.
  func frame(_ index: Int) -> Frame {
    var frame = Frame(width: 128, height: 128, luma: luma(index))
    frame.samples[0] = UInt8(index & 255)
    frame.samples[1] = UInt8(index >> 8)
    return frame
  }

  private func number(_ frame: Frame) -> Int {
    Int(frame.samples[0]) + Int(frame.samples[1]) << 8
  }

  func faces(in frame: Frame) -> [DetectedFace] {
    people(number(frame)).filter { $0.score > 0 }
      .map { person in
        var square = person.square
        // Detectors' boxes are coarse.
        square.side = (square.side / 12).rounded() * 12
        square.center = Point((square.center.x / 8).rounded() * 8, square.center.y)
        square.rollRadians = 0
        return DetectedFace(square: square, score: person.score)
      }.sorted { $0.score > $1.score }
  }

  func faces(in frame: Frame, around known: FaceSquare) -> [DetectedFace] {
    faces(in: frame).filter { $0.square.center.distance(to: known.center) < known.side }
  }

  func landmarks(in frame: Frame, square: FaceSquare) -> LandmarkReading {
    let index = number(frame)
    func distance(_ person: Person) -> Double {
      person.square.center.distance(to: square.center) / square.side
    }
    let nearest = people(index).min { distance($0) < distance($1) }
    guard let nearest, distance(nearest) < 0.4 else {
      return LandmarkReading(landmarks: .mean(in: square), presence: 0.05)
    }
    var noise = Noise(seed: UInt64(index) &* 7919 &+ 13)
    let spread = jitter * nearest.square.side
    let shift = Point(noise.next() * spread, noise.next() * spread)
    let points = Landmarks.mean(in: nearest.square).points.map {
      $0 + shift + Point(noise.next() * spread, noise.next() * spread)
    }
    return LandmarkReading(landmarks: Landmarks(points: points), presence: nearest.presence)
  }

  /// Tracks frames 0..<count at 25 frames a second.
  func track(_ count: Int, settings: FaceTracker.Settings = .init()) throws -> FaceTrack {
    var tracker = FaceTracker(
      detector: self, landmarks: self, rate: Rational(25), settings: settings)
    for index in 0..<count { try tracker.add(frame(index)) }
    return tracker.finish()
  }
}

/// A scene whose network errs differently on every crop.
struct WaveringScene: FaceDetecting, LandmarkFinding {
  var scene: FakeScene

  func faces(in frame: Frame) -> [DetectedFace] { scene.faces(in: frame) }

  func faces(in frame: Frame, around known: FaceSquare) -> [DetectedFace] {
    scene.faces(in: frame, around: known)
  }

  func landmarks(in frame: Frame, square: FaceSquare) -> LandmarkReading {
    var reading = scene.landmarks(in: frame, square: square)
    // The error goes with the crop: 4 pixels in a direction that its place, size and turn decide.
    let phase = 37 * square.center.x + 53 * square.center.y + 71 * square.side
    let angle = phase + 900 * square.rollRadians
    let error = Point(4 * cos(angle), 4 * sin(angle))
    reading.landmarks = Landmarks(points: reading.landmarks.points.map { $0 + error })
    return reading
  }
}

/// Repeatable, roughly normal numbers of deviation 1.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    var sum = 0.0
    for _ in 0..<12 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      sum += Double(state >> 40) / Double(1 << 24)
    }
    return sum - 6
  }
}
