import MediaTypes

/// Frames of an output, one after another, that show the source as it is.
public struct PassedThrough: Codable, Sendable, Equatable {
  public enum Reason: String, Codable, Sendable {
    /// Nobody is seen: nobody is there, or the face is covered, cut off or too small.
    case noFace = "no_face"
    /// The face is seen from the side or from behind.
    case turnedAway = "turned_away"
  }

  /// The first frame, from 0, and how many there are.
  public var first: Int
  public var count: Int
  /// When they show, in seconds.
  public var start: Double
  public var end: Double
  public var reason: Reason

  /// The ranges in a video of `frameCount` frames, of which `reason` says why one passes through, nil where it does not.
  static func ranges(
    frameCount: Int, rate: Rational, reason: (Int) -> Reason?
  ) -> [PassedThrough] {
    var ranges: [PassedThrough] = []
    func seconds(_ frame: Int) -> Double { (Double(frame) / rate.value * 1000).rounded() / 1000 }
    for frame in 0..<frameCount {
      guard let reason = reason(frame) else { continue }
      let end = seconds(frame + 1)
      if let last = ranges.last, last.first + last.count == frame, last.reason == reason {
        ranges[ranges.count - 1].count += 1
        ranges[ranges.count - 1].end = end
      } else {
        ranges.append(
          PassedThrough(first: frame, count: 1, start: seconds(frame), end: end, reason: reason))
      }
    }
    return ranges
  }
}
