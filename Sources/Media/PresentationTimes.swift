public import MediaTypes

/// When each frame of a source is first shown, exactly.
public struct PresentationTimes: Hashable, Sendable {
  /// Seconds per tick.
  public let timeBase: Rational
  /// Start of each frame; the first is 0, each is later than the one before.
  public let ticks: [Int]
  /// How long the last frame is shown, at least 1.
  public let lastDuration: Int
  /// Frames per second on average.
  public let averageRate: Rational

  public init(timeBase: Rational, ticks: [Int], lastDuration: Int, averageRate: Rational) {
    precondition(ticks.first == 0, "presentation times begin at 0")
    precondition(zip(ticks, ticks.dropFirst()).allSatisfy { $0 < $1 }, "times increase")
    precondition(lastDuration > 0, "the last frame is shown")
    self.timeBase = timeBase
    self.ticks = ticks
    self.lastDuration = lastDuration
    self.averageRate = averageRate
  }

  /// Frames at a constant rate.
  public init(frameCount: Int, rate: Rational) {
    self.init(
      timeBase: rate.inverse, ticks: Array(0..<frameCount), lastDuration: 1, averageRate: rate)
  }

  public var frameCount: Int { ticks.count }

  /// Start of frame `index` in seconds.
  public func seconds(_ index: Int) -> Double { Double(ticks[index]) * timeBase.value }
}
