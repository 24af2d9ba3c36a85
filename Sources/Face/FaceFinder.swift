import Imaging
import MediaTypes

/// Turns a detector's box into landmarks, weighing detector and network against each other.
///
/// The network reads the box, then again re-centred on what it found until that rests. Its points count by its trust
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
    var best = try landmarks.landmarks(in: frame, square: square)
    var looked = square
    for _ in 0..<3 {
      guard best.trust > 0.2, let center = best.landmarks.square, isNear(center, square) else {
        return best
      }
      let isResting =
        center.center.distance(to: looked.center) < 0.01 * center.side
        && abs(center.side / looked.side - 1) < 0.02
      if isResting { break }
      let next = try landmarks.landmarks(in: frame, square: center)
      guard next.trust >= 0.8 * best.trust else { return best }
      (best, looked) = (next, center)
    }
    return settings.readsStillPictures ? try averaged(best, in: frame) : best
  }

  /// The mean of what the network says about slightly different crops, weighed by trust.
  private func averaged(_ reading: LandmarkReading, in frame: Frame) throws -> LandmarkReading {
    guard let square = reading.landmarks.square else { return reading }
    var (points, total) = (reading.landmarks.points.map { $0 * reading.trust }, reading.trust)
    for (x, y, scale, turn) in Self.variations {
      let other = FaceSquare(
        center: square.toImage(Point(0.5 + x, 0.5 + y)), side: square.side * scale,
        rollRadians: square.rollRadians + turn)
      let next = try landmarks.landmarks(in: frame, square: other)
      points = zip(points, next.landmarks.points).map { $0 + $1 * next.trust }
      total += next.trust
    }
    guard total > 0 else { return reading }
    return LandmarkReading(
      landmarks: Landmarks(points: points.map { $0 * (1 / total) }), presence: reading.presence)
  }

  /// Shift (sides of the square), scale and turn (radians) of the crops that are averaged.
  private static let variations: [(Double, Double, Double, Double)] = [
    (0.04, 0, 1, 0), (-0.04, 0, 1, 0), (0, 0.04, 1, 0), (0, -0.04, 1, 0), (0, 0, 1.1, 0),
    (0, 0, 0.91, 0), (0, 0, 1, 0.1), (0, 0, 1, -0.1),
  ]

  /// Whether a face may have moved from one square to the other within a frame.
  private func isNear(_ a: FaceSquare, _ b: FaceSquare) -> Bool {
    let growth = a.side / b.side
    return growth > 0.65 && growth < 1.55 && a.center.distance(to: b.center) < 0.45 * b.side
  }
}
