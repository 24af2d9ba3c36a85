import Face
import MediaTypes

/// Finds the box that MuseTalk repaints in every frame of a film.
struct MuseTalkFaceTracker: FaceTracking {
  /// The longest side of the pictures that the detector looks at; upstream has no such limit, and waits for it.
  static let detectorSide = 640

  private let geometry: MuseTalkGeometry
  private let rate: Rational
  private var sightings: FaceSightings
  private var size = (width: 0, height: 0)

  init(_ sightings: FaceSightings, geometry: MuseTalkGeometry, rate: Rational) {
    (self.sightings, self.geometry, self.rate) = (sightings, geometry, rate)
  }

  mutating func add(_ frame: Frame) throws {
    size = (frame.width, frame.height)
    try sightings.add(frame)
  }

  func finish() -> MuseTalkTrack {
    MuseTalkTrack(
      geometry: geometry, rate: rate, width: size.width, height: size.height,
      sightings: sightings.sightings)
  }

  /// Faces of which nothing would be painted are none.
  static func faces(of track: MuseTalkTrack) -> [PlacedFace?] {
    track.geometry
      .faces(track.sightings, rate: track.rate, width: track.width, height: track.height)
      .map { $0.flatMap { $0.strength > 0 ? $0 : nil } }
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
}
