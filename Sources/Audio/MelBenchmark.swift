import Compute

/// How fast Whisper's log-mel spectrogram is made, on one thread.
public enum MelBenchmark {
  /// The best of several runs over noise of the given length, as seconds of sound for every second of time.
  public static func timesRealtime(audioSeconds: Int = 600, repetitions: Int = 5) -> Double {
    precondition(audioSeconds > 0 && repetitions > 0, "something to measure")
    var generator = SystemRandomNumberGenerator()
    let second = (0..<SpeechReader.sampleRate).map { _ in
      Float.random(in: -0.1...0.1, using: &generator)
    }
    let samples = Array(repeatElement(second, count: audioSeconds).joined())
    let front = WhisperMel()
    let clock = ContinuousClock()
    let best = (0...repetitions).map { _ in
      clock.measure { precondition(!front.blocks(of: samples).values.isEmpty) }
    }.min()!
    return Double(audioSeconds) / (best / .seconds(1))
  }
}
