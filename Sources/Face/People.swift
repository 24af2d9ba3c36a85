import Imaging

/// Somebody seen in a film.
public struct Person: Sendable, Hashable {
  /// Where the face is in every frame of the film.
  public let track: FaceTrack
  public let look: FaceDescriptor

  /// The first frame with the face.
  public var firstFrame: Int { track.rangesWithFace.first?.lowerBound ?? track.frameCount }

  /// The middle of the crop on the first frame, in picture pixels from the left.
  var firstPlace: Double { track[firstFrame].map { $0.crop(Point(128, 128)).x } ?? 0 }

  /// The side of the crop on the first frame, in picture pixels.
  var firstSide: Double { track[firstFrame]?.cropSide ?? 0 }
}

/// Everybody seen in a film, in order of appearance; those who appear together from left to right.
public struct People: Sendable, Hashable {
  public let frameCount: Int
  public let persons: [Person]

  init(frameCount: Int, persons: [Person]) {
    self.frameCount = frameCount
    self.persons = persons
  }

  /// The number in `persons` of whom `choice` means; nil without any face.
  ///
  /// - Throws: `FaceError.noSuchPerson` for a number that nobody has.
  public func index(of choice: FaceChoice) throws(FaceError) -> Int? {
    if case .number(let number) = choice, number < 1 || number > persons.count {
      throw .noSuchPerson(number: number, count: persons.count)
    }
    guard let start = persons.map(\.firstFrame).min() else { return nil }
    // Left, right and largest are told where the first faces are seen.
    let first = persons.indices.filter { persons[$0].track[start] != nil }
    return switch choice {
    case .largest: first.max { persons[$0].firstSide < persons[$1].firstSide }
    case .left: first.min { persons[$0].firstPlace < persons[$1].firstPlace }
    case .right: first.max { persons[$0].firstPlace < persons[$1].firstPlace }
    case .number(let number): number - 1
    case .looks(let look):
      persons.indices.min {
        persons[$0].look.distance(to: look) < persons[$1].look.distance(to: look)
      }
    }
  }

  /// The face that `choice` means, in every frame of the film; without any face a track without faces.
  ///
  /// - Throws: as `index(of:)`.
  public func track(of choice: FaceChoice) throws(FaceError) -> FaceTrack {
    guard let index = try index(of: choice) else {
      return FaceTrack(faces: [TrackedFace?](repeating: nil, count: frameCount))
    }
    return persons[index].track
  }
}
