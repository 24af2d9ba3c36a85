import Face
import Imaging
import MediaTypes

/// A film whose people are painted as squares of their own tones, so that they look different, not only lie elsewhere.
struct PaintedFilm: FaceDetecting, LandmarkFinding {
  struct Person: Sendable {
    var square: FaceSquare
    /// Which of the tones it has.
    var tone: Int

    init(x: Double, side: Double = 60, tone: Int) {
      square = FaceSquare(center: Point(x, 100), side: side)
      self.tone = tone
    }
  }

  private static let (width, height) = (320, 200)
  private static let tones: [(UInt8, UInt8, UInt8)] = [
    (0, 128, 128), (190, 110, 150), (70, 140, 110), (130, 90, 180),
  ]

  /// Who is there on a frame, the nearest to the camera last.
  let people: @Sendable (Int) -> [Person]
  /// Brightness of the background on a frame: cuts show in it.
  var light: @Sendable (Int) -> UInt8 = { _ in 90 }

  init(
    people: @escaping @Sendable (Int) -> [Person],
    light: @escaping @Sendable (Int) -> UInt8 = { _ in 90 }
  ) {
    (self.people, self.light) = (people, light)
  }

  /// A frame that carries its number in its first two bytes.
  func frame(_ index: Int) -> Frame {
    var frame = Frame(width: Self.width, height: Self.height, luma: light(index))
    for person in people(index) {
      // The whole head, wider than the square.
      let reach = Int(0.7 * person.square.side)
      let (x, y) = (Int(person.square.center.x), Int(person.square.center.y))
      let tone = Self.tones[person.tone]
      for row in max(0, y - reach)..<min(Self.height, y + reach) {
        for column in max(0, x - reach)..<min(Self.width, x + reach) {
          let isDark = person.tone == 3 && row > y
          frame.samples[row * Self.width + column] = isDark ? 40 : tone.0
          let place = (row / 2) * (Self.width / 2) + column / 2
          frame.samples[frame.firstChromaRange.lowerBound + place] = tone.1
          frame.samples[frame.secondChromaRange.lowerBound + place] = tone.2
        }
      }
    }
    frame.samples[0] = UInt8(index & 255)
    frame.samples[1] = UInt8(index >> 8)
    return frame
  }

  /// Whom nobody nearer covers.
  private func visible(_ frame: Frame) -> [Person] {
    let everybody = people(Int(frame.samples[0]) + Int(frame.samples[1]) << 8)
    return everybody.enumerated().filter { place, person in
      !everybody[(place + 1)...].contains { $0.square.overlap(with: person.square) > 0.3 }
    }.map(\.element)
  }

  func faces(in frame: Frame) -> [DetectedFace] {
    visible(frame).map { DetectedFace(square: $0.square, score: 1) }
  }

  func faces(in frame: Frame, around known: FaceSquare) -> [DetectedFace] {
    faces(in: frame).filter { $0.square.center.distance(to: known.center) < known.side }
  }

  func landmarks(in frame: Frame, square: FaceSquare) -> LandmarkReading {
    func distance(_ person: Person) -> Double {
      person.square.center.distance(to: square.center) / square.side
    }
    let nearest = visible(frame).min { distance($0) < distance($1) }
    guard let nearest, distance(nearest) < 0.4 else {
      return LandmarkReading(landmarks: .mean(in: square), presence: 0.05)
    }
    return LandmarkReading(landmarks: .mean(in: nearest.square), presence: 0.95)
  }
}
