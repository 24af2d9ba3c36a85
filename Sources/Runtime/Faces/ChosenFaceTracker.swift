import Face
import MediaTypes

/// Finds the one face of a film that is to speak: the largest of each shot, or a chosen person's throughout.
struct ChosenFaceTracker: FaceTracking {
  private var largest: FaceTracker?
  private var people: PeopleTracker?
  private let choice: FaceChoice

  /// Without a `selection` it is the largest face, and after a cut or a long absence the largest again.
  init(
    _ selection: FaceSelection?, landmarks: LandmarkFinder, rate: Rational, isStill: Bool
  ) throws {
    var settings = FaceTracker.Settings()
    settings.readsStillPictures = isStill
    let detector = try FrontalFaceDetector()
    choice = try selection?.choice(landmarks: landmarks) ?? .largest
    if selection == nil {
      largest = FaceTracker(
        detector: detector, landmarks: landmarks, rate: rate, settings: settings)
    } else {
      people = PeopleTracker(
        detector: detector, landmarks: landmarks, rate: rate, settings: settings)
    }
  }

  mutating func add(_ frame: Frame) throws {
    try largest?.add(frame)
    try people?.add(frame)
  }

  /// - Throws: `FaceError.noSuchPerson`.
  func finish() throws -> FaceTrack {
    try people?.finish().track(of: choice) ?? largest?.finish() ?? FaceTrack(faces: [])
  }

  static func faces(of track: FaceTrack) -> [TrackedFace?] {
    track.faces.map { $0.flatMap { $0.strength > 0 ? $0 : nil } }
  }

  static func turnedAway(in track: FaceTrack) -> [Bool] {
    track.faces.map { $0.map { $0.strength <= 0 } ?? false }
  }
}
