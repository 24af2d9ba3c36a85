import Audio
import LipSync
import MediaTypes

/// Listens to the whole sound once: how long it is, and what the mouth does.
struct SpeechPass {
  /// What was heard.
  struct Result {
    let track: ArticulationTrack
    /// The original's own samples per channel, and their rate.
    let sampleCount: Int
    let sampleRate: Int

    var durationSeconds: Double { Double(sampleCount) / Double(sampleRate) }

    /// Frames at `rate` that cover the sound: ceil(duration x rate), exactly.
    func frameCount(at rate: Rational) -> Int {
      let (numerator, denominator) = (sampleCount * rate.numerator, sampleRate * rate.denominator)
      return max(1, (numerator + denominator - 1) / denominator)
    }
  }

  let audio: String
  let articulation: ArticulationModel
  let cancellation: Cancellation

  func run(_ progress: ProgressHandler) throws -> Result {
    let reader = try AudioFile(path: audio).reader()
    let track = try articulation.track(of: reader) { try cancellation.check() }
    for warning in reader.warnings { progress(.warning(warning)) }
    return Result(
      track: track, sampleCount: reader.sourceSampleCount, sampleRate: reader.sourceSampleRate)
  }
}
