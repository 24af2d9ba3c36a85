/// Sound in memory: one array of samples per channel, nominally in [-1, 1].
public struct Waveform: Hashable, Sendable {
  public var sampleRate: Int
  public var channels: [[Float]]

  /// Wraps `channels`, which all have the same length.
  public init(sampleRate: Int, channels: [[Float]]) {
    precondition(sampleRate > 0, "a sample rate is positive")
    precondition(Set(channels.map(\.count)).count <= 1, "channels have one length")
    self.sampleRate = sampleRate
    self.channels = channels
  }

  public var sampleCount: Int { channels.first?.count ?? 0 }
  public var durationSeconds: Double { Double(sampleCount) / Double(sampleRate) }

  /// Frames of video at `rate` that cover the whole sound: ceil(duration x rate), exactly.
  public func frameCount(at rate: Rational) -> Int {
    let (numerator, denominator) = (
      sampleCount * rate.numerator, sampleRate * rate.denominator
    )
    return (numerator + denominator - 1) / denominator
  }
}
