import Imaging
import MediaTypes

/// Turns a detector's box into landmarks, weighing detector and network against each other.
///
/// The network reads the box, then once more re-centred on what it found. Its points count by its trust
/// (presence times consistency): below 0.3 a mean face in the detector's box is taken instead, above 0.6
/// the points as they are, between them a blend. A face counts when the network's presence is above 0.5,
/// or when the detector alone is sure of it (score 0.5 and more, as with paintings unlike anything the
/// network knows). Faces under 24 pixels do not count.
struct FaceFinder: Sendable {
  let landmarks: any LandmarkFinding
  var settings: FaceTracker.Settings

  /// A face with its landmarks, and whether they are the network's own.
  struct Found: Sendable {
    var landmarks: Landmarks
    var square: FaceSquare
    var isTrusted: Bool
  }

  /// The landmarks of a detected face, nil where it does not count.
  func face(_ detected: DetectedFace, in frame: Frame) throws -> Found? {
    guard detected.square.side >= settings.smallestFaceSide else { return nil }
    let reading = try refined(detected.square, in: frame)
    guard reading.presence > settings.leastPresence || detected.score >= settings.sureScore else {
      return nil
    }
    let share = smoothstep(0.3, 0.6, reading.trust)
    let points = Landmarks.mean(in: detected.square)
      .blended(towards: reading.landmarks, by: share)
    guard let square = points.square, points.alignedCrop != nil,
      square.side >= settings.smallestFaceSide
    else { return nil }
    return Found(landmarks: points, square: square, isTrusted: share > 0.5)
  }

  /// The landmarks of a face that was at `known` a frame ago, nil where the network has lost it.
  func face(following known: FaceSquare, in frame: Frame) throws -> Found? {
    var reading = try landmarks.landmarks(in: frame, square: known)
    if reading.presence > settings.leastPresence, let moved = reading.landmarks.square,
      moved.center.distance(to: known.center) > 0.06 * known.side, isNear(moved, known)
    {
      reading = try landmarks.landmarks(in: frame, square: moved)
    }
    guard reading.presence > settings.leastPresence, reading.trust > settings.leastTrust,
      let square = reading.landmarks.square, isNear(square, known),
      square.side >= settings.smallestFaceSide
    else { return nil }
    return Found(landmarks: reading.landmarks, square: square, isTrusted: true)
  }

  private func refined(_ square: FaceSquare, in frame: Frame) throws -> LandmarkReading {
    let first = try landmarks.landmarks(in: frame, square: square)
    guard first.trust > 0.2, let center = first.landmarks.square, isNear(center, square) else {
      return first
    }
    let second = try landmarks.landmarks(in: frame, square: center)
    return second.trust >= 0.8 * first.trust ? second : first
  }

  /// Whether a face may have moved from one square to the other within a frame.
  private func isNear(_ a: FaceSquare, _ b: FaceSquare) -> Bool {
    let growth = a.side / b.side
    return growth > 0.65 && growth < 1.55 && a.center.distance(to: b.center) < 0.45 * b.side
  }
}
