public import MediaTypes

/// When somebody speaks or sings, as a gate for the mouth: one value every 20 ms, from 0, nobody, to 1.
///
/// It tells a voice from music and noise, not loud from quiet. Openings begin before the voice does and end after
/// it, along ramps as long as lips need.
public struct VoiceActivity: Hashable, Sendable {
  /// The gate at (k + 0.5) x 20 ms, in [0, 1].
  public let steps: [Float]

  public init(steps: [Float]) { self.steps = steps }

  /// The gate at the middle of frame `index` of a video at `rate`; the end values are held, and without any step it is open.
  public func gate(atFrame index: Int, rate: Rational) -> Float {
    guard let last = steps.indices.last else { return 1 }
    let seconds = (Double(index) + 0.5) * Double(rate.denominator) / Double(rate.numerator)
    let position = min(max(seconds / ArticulationTrack.stepSeconds - 0.5, 0), Double(last))
    let lower = Int(position)
    let (a, b) = (steps[lower], steps[min(lower + 1, last)])
    return a + (b - a) * Float(position - Double(lower))
  }
}

extension VoiceActivity {
  /// Score from which a voice begins, and under which it has ended; between them it is as before.
  private static let (beginning, ending): (Float, Float) = (2, 1)
  /// Steps to each side over which scores are averaged.
  private static let smoothingReach = 8
  /// Shorter silences are talked through, shorter voices are none, in steps.
  private static let (shortestSilence, shortestVoice) = (20, 10)
  /// How long the mouth is free before and after a voice: lips move before they are heard.
  private static let lead = 6
  /// Steps of a ramp: 120 ms.
  private static let rampLength = 6

  /// The gate that follows from what every step scored, above 0 for a voice.
  init(scores: [Float]) {
    var open = Self.hysteresis(Self.smoothed(scores))
    open.flipRuns(of: false, shorterThan: Self.shortestSilence, keepingEnds: true)
    open.flipRuns(of: true, shorterThan: Self.shortestVoice, keepingEnds: false)
    steps = Self.ramped(open)
  }

  private static func smoothed(_ scores: [Float]) -> [Float] {
    scores.indices.map { step in
      let window = max(0, step - smoothingReach)...min(scores.count - 1, step + smoothingReach)
      return scores[window].reduce(0, +) / Float(window.count)
    }
  }

  private static func hysteresis(_ scores: [Float]) -> [Bool] {
    var isOpen = false
    return scores.map { score in
      isOpen = isOpen ? score > ending : score > beginning
      return isOpen
    }
  }

  /// 1 where it is open and a little around, then down to 0 along a smooth ramp.
  private static func ramped(_ open: [Bool]) -> [Float] {
    func rising(_ open: some Sequence<Bool>) -> [Int] {
      var distance = Int.max / 2
      return open.map { isOpen in
        distance = isOpen ? 0 : distance + 1
        return distance
      }
    }
    let (since, until) = (rising(open), Array(rising(open.reversed()).reversed()))
    return zip(since, until).map { since, until in
      let outside = Float(min(since, until) - lead) / Float(rampLength)
      let t = 1 - min(max(outside, 0), 1)
      return t * t * (3 - 2 * t)
    }
  }
}

extension [Bool] {
  /// Turns runs of `value` that are shorter than `length` into their opposite; with `keepingEnds` not those at the ends.
  fileprivate mutating func flipRuns(of value: Bool, shorterThan length: Int, keepingEnds: Bool) {
    var start = 0
    while start < count {
      let end = self[start...].firstIndex { $0 != self[start] } ?? count
      let isAtEnd = start == 0 || end == count
      if self[start] == value, end - start < length, !(keepingEnds && isAtEnd) {
        replaceSubrange(start..<end, with: repeatElement(!value, count: end - start))
      }
      start = end
    }
  }
}
