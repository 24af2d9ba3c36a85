import Face
import MediaTypes

/// Finds the box that MuseTalk repaints in every frame of a film.
struct MuseTalkFaceTracker: FaceTracking {
  /// The longest side of the pictures that the detector looks at; upstream has no such limit, and waits for it.
  static let detectorSide = 640

  private let geometry: MuseTalkGeometry
  private let rate: Rational
  private var looks: Looks
  private var size = (width: 0, height: 0)

  private enum Looks {
    case surest(FaceSightings)
    /// Who is who is known at the film's end only; then it is looked at again.
    case chosen(ChosenFaceTracker, FollowedSightings)
  }

  /// The surest face of each frame.
  init(_ sightings: FaceSightings, geometry: MuseTalkGeometry, rate: Rational) {
    (looks, self.geometry, self.rate) = (.surest(sightings), geometry, rate)
  }

  /// The face that `chosen` follows.
  init(
    _ chosen: ChosenFaceTracker, _ sightings: FollowedSightings, geometry: MuseTalkGeometry,
    rate: Rational
  ) {
    (looks, self.geometry, self.rate) = (.chosen(chosen, sightings), geometry, rate)
  }

  mutating func add(_ frame: Frame) throws {
    size = (frame.width, frame.height)
    switch looks {
    case .surest(var sightings):
      try sightings.add(frame)
      looks = .surest(sightings)
    case .chosen(var chosen, let followed):
      try chosen.add(frame)
      looks = .chosen(chosen, followed)
    }
  }

  mutating func lookAgain(_ frame: (Int) throws -> Frame) throws {
    guard case .chosen(let chosen, var followed) = looks else { return }
    for (index, face) in try chosen.finish().faces.enumerated() {
      try followed.add(frame(index), face: face)
    }
    looks = .chosen(chosen, followed)
  }

  func finish() throws -> MuseTalkTrack {
    let sightings =
      switch looks {
      case .surest(let sightings): try sightings.finish()
      case .chosen(_, let followed): followed.sightings
      }
    return MuseTalkTrack(
      geometry: geometry, rate: rate, width: size.width, height: size.height,
      sightings: sightings)
  }

  /// Faces of which nothing would be painted are none.
  static func faces(of track: MuseTalkTrack) -> [PlacedFace?] {
    track.faces.map { $0.flatMap { $0.strength > 0 ? $0 : nil } }
  }

  static func turnedAway(in track: MuseTalkTrack) -> [Bool] {
    track.faces.map { $0.map { $0.strength <= 0 } ?? false }
  }
}

/// What was seen in a film's first frames, and how boxes follow from it.
///
/// A longer film has the same boxes in the same frames, but for the last `geometry.lookahead`.
struct MuseTalkTrack: Codable, Equatable {
  let geometry: MuseTalkGeometry
  let rate: Rational
  let width: Int
  let height: Int
  let sightings: [FaceSighting]

  /// One entry a frame, turned away or not.
  fileprivate var faces: [PlacedFace?] {
    geometry.faces(sightings, rate: rate, width: width, height: height)
  }
}
