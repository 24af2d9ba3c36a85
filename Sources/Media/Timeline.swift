public import MediaTypes

/// What comes after a source's last frame.
public enum LoopMode: String, Hashable, Sendable, CaseIterable, Codable {
  /// Backward to the first and forward again; neither end is shown twice.
  case bounce
  /// The first frame again.
  case loop
  /// The last frame for ever.
  case hold
}

/// Which source frame each frame of an output at constant rate shows: the latest one at its time, exactly.
///
/// Output frame i is at time i / rate. Sources whose times are those of a constant rate, as finely as their ticks can
/// tell, count as exactly constant; in others a frame may come up to one tick early (never more than a quarter of a
/// frame), because containers round times.
public struct Timeline: Hashable, Sendable {
  /// Output frames per second.
  public let rate: Rational
  public let loop: LoopMode
  private let count: Int
  /// Source frames per output frame of a constant-rate source.
  private let constantStep: Rational?
  /// Start of each source frame, and the end of the last, in units that also measure output frames whole.
  private let starts: [Int128]
  private let unitsPerOutputFrame: Int128
  private let tolerance: Int128

  public init(_ times: PresentationTimes, rate: Rational, loop: LoopMode) {
    precondition(rate > Rational(0), "a rate is positive")
    self.rate = rate
    self.loop = loop
    count = times.frameCount
    let unitsPerTick = Int128(times.timeBase.numerator) * Int128(rate.numerator)
    let ends = times.ticks + [times.ticks[times.frameCount - 1] + times.lastDuration]
    starts = ends.map { Int128($0) * unitsPerTick }
    unitsPerOutputFrame = Int128(rate.denominator) * Int128(times.timeBase.denominator)
    tolerance = min(unitsPerTick, starts[count] / Int128(4 * count))
    constantStep = Self.isConstant(times) ? times.averageRate * rate.inverse : nil
  }

  private static func isConstant(_ times: PresentationTimes) -> Bool {
    let (base, average) = (times.timeBase, times.averageRate)
    let unitsPerTick = Int128(base.numerator) * Int128(average.numerator)
    let unitsPerFrame = Int128(average.denominator) * Int128(base.denominator)
    let tolerance = min(unitsPerTick, unitsPerFrame / 4)
    return times.ticks.indices.allSatisfy { number in
      let difference =
        Int128(times.ticks[number]) * unitsPerTick - Int128(number) * unitsPerFrame
      return difference.magnitude <= tolerance.magnitude
    }
  }

  /// Output frames that show the whole source once, the last one perhaps for a part of its time only.
  public var frameCountOfOneShowing: Int {
    guard let constantStep else {
      let end = max(starts[count] - tolerance, 1)
      return Int((end + unitsPerOutputFrame - 1) / unitsPerOutputFrame)
    }
    let (numerator, denominator) = (constantStep.numerator, constantStep.denominator)
    return (count * denominator + numerator - 1) / numerator
  }

  /// The source frame that output frame `outputIndex` (from 0) shows.
  public func sourceIndex(at outputIndex: Int) -> Int {
    precondition(outputIndex >= 0, "output frames count from 0")
    guard count > 1 else { return 0 }
    guard let constantStep else {
      return unevenIndex(Int128(outputIndex) * unitsPerOutputFrame + tolerance)
    }
    let position =
      Int128(outputIndex) * Int128(constantStep.numerator) / Int128(constantStep.denominator)
    switch loop {
    case .hold: return Int(min(position, Int128(count - 1)))
    case .loop: return Int(position % Int128(count))
    case .bounce:
      let period = 2 * count - 2
      let place = Int(position % Int128(period))
      return place < count ? place : period - place
    }
  }

  private func unevenIndex(_ time: Int128) -> Int {
    let end = starts[count]
    switch loop {
    case .hold: return last { $0 <= time }
    case .loop:
      let place = time % end
      return last { $0 <= place }
    case .bounce:
      // On the way back each frame between the ends is shown as long as on the way there.
      let place = time % (end + starts[count - 1] - starts[1])
      if place < end { return last { $0 <= place } }
      let mirrored = starts[count - 1] - (place - end)
      return last { $0 < mirrored }
    }
  }

  /// The last frame whose start holds; the first one's always does.
  private func last(where holds: (Int128) -> Bool) -> Int {
    var (low, high) = (0, count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(starts[middle]) { low = middle } else { high = middle }
    }
    return low
  }
}
