public import MediaTypes

/// Which 10 states of a Whisper encoder, 20 ms apart, a frame of video hears, and which block of 30 s they come from.
///
/// MuseTalk was trained at 25 frames a second on windows centred on a frame's middle, with zeros beyond the sound's ends.
public struct SpeechWindowLayout: Hashable, Sendable {
  /// How windows are laid where there is a choice.
  public enum Rules: String, Hashable, Sendable, CaseIterable {
    /// At any rate as in training: each window is centred on its frame's exact middle. Blocks overlap, and a window
    /// is taken whole from a block that has at least 4.9 s of sound around it. The last, partial frame is kept.
    case mended
    /// As MuseTalk's own program: rates are cut to whole numbers, windows begin on lower ones, the last partial frame is
    /// dropped, and blocks know nothing of each other.
    case upstream
  }

  /// States of a window.
  public static let length = 10
  /// States of a block: 30 s.
  public static let blockLength = WhisperMel.blockSampleCount / samplesPerState
  /// Samples at 16 kHz between neighbouring states.
  public static let samplesPerState = 320
  /// States at either end of a block that are context only, where the rules are mended and sound lies beyond.
  private static let overlap = 250

  public let rules: Rules
  public let rate: Rational
  /// States of the sound, whole ones only: what lies beyond is zero.
  public let stateCount: Int
  private let sampleCount: Int

  /// The layout for a sound of `sampleCount` samples at 16 kHz under a video of `rate`.
  public init(rules: Rules, rate: Rational, sampleCount: Int) {
    self.rules = rules
    self.rate = rate
    self.sampleCount = sampleCount
    stateCount = sampleCount / Self.samplesPerState
  }

  /// The rate as upstream sees it: without its fraction.
  private var wholeRate: Int { max(1, rate.numerator / rate.denominator) }

  /// Frames that upstream makes for the sound, at least one.
  public var upstreamFrameCount: Int {
    max(1, Int((Double(sampleCount) / 16_000 * Double(wholeRate)).rounded(.down)))
  }

  /// The first state of frame `index`'s window: negative where it begins before the sound.
  public func firstState(ofFrame index: Int) -> Int {
    switch rules {
    case .upstream:
      let statesPerFrame = 50 / Double(wholeRate)
      let padding = 2 * Int(statesPerFrame.rounded(.up))
      return Int((Double(index) * statesPerFrame).rounded(.down)) - padding
    case .mended:
      // floor(50 (index + 1/2) / rate - 9/2): the whole window whose centre is nearest to the frame's middle.
      let numerator = 50 * (2 * index + 1) * rate.denominator - 9 * rate.numerator
      let denominator = 2 * rate.numerator
      return Int((numerator - Self.remainder(numerator, denominator)) / denominator)
    }
  }

  /// States from one block's beginning to the next one's.
  public var blockStep: Int {
    rules == .upstream ? Self.blockLength : Self.blockLength - 2 * Self.overlap
  }

  /// The block that `state` of a window that begins at `first` is read from.
  func block(ofState state: Int, windowFrom first: Int) -> Int {
    guard rules == .mended else { return state / Self.blockLength }
    let beyond = max(0, stateCount - Self.blockLength)
    let last = (beyond + blockStep - 1) / blockStep
    let center = max(0, first + Self.length / 2 - Self.overlap)
    return min(center / blockStep, last)
  }

  private static func remainder(_ numerator: Int, _ denominator: Int) -> Int {
    let remainder = numerator % denominator
    return remainder < 0 ? remainder + denominator : remainder
  }
}
