import Glibc
import LipSync
import Media
import MediaTypes

/// A loudness that a video's sound is brought to, by one gain for all of it.
struct LoudnessTarget {
  /// What peaks may reach, between samples too.
  static let highestPeak = -1.0
  /// What AAC's rounding may add to them.
  private static let encoderMargin = 0.5

  let loudness: Double

  init(_ loudness: Double) { self.loudness = loudness }

  /// The gain in decibels that brings `track` to the target.
  ///
  /// - Throws: `RuntimeError`, 65, for silence and where peaks would go beyond their limit.
  func gain(for track: AudioTrack, _ cancellation: Cancellation) throws -> Double {
    let measured: Loudness
    do {
      measured = try measureLoudness(track) { cancellation.isCancelled }
    } catch is CancellationError {
      throw CancelledError()
    }
    return try gain(for: measured, of: track.path)
  }

  func gain(for measured: Loudness, of path: String) throws -> Double {
    guard let present = measured.integrated else {
      throw RuntimeError.badInput(
        "audio \(path): is too quiet or too short to be brought to \(loudness) LUFS: leave out --loudness"
      )
    }
    let room = Self.highestPeak - Self.encoderMargin - measured.truePeak
    guard loudness - present <= room else {
      let reachable = ((present + room) * 10).rounded(.down) / 10
      throw RuntimeError.badInput(
        "audio \(path): its peaks would clip at \(loudness) LUFS: use --loudness \(reachable) or less"
      )
    }
    return loudness - present
  }
}
