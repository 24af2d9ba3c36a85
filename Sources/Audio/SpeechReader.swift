public import MediaTypes

/// The sound of a file as 16 kHz mono, read piece by piece so that its length costs no memory.
///
/// Channels are averaged. Samples that are not numbers, or beyond all sense, count as silence, with a warning.
public final class SpeechReader {
  /// Samples a second of what is read.
  public static let sampleRate = 16_000
  /// Samples a second of the file.
  public let sourceSampleRate: Int
  public let sourceChannelCount: Int
  /// Sampling instants of the file that were read so far.
  public private(set) var sourceSampleCount = 0

  private let open: () throws -> any SampleSource
  private var source: any SampleSource
  private let path: String
  private var resampler: RationalResampler?
  private var interleaved: [Float] = []
  private var mono: [Float] = []
  private var strangeSampleCount = 0
  private var isAtEnd = false

  /// Louder than this is not sound: a sample of it is 120 dB over full scale.
  private static let largestSample: Float = 1e6

  /// `open` opens the file at its beginning, as often as it is read.
  init(path: String, open: @escaping () throws -> any SampleSource) throws {
    source = try open()
    guard (1000...1_000_000).contains(source.sampleRate) else {
      throw AudioError.unusable(
        path, "a sampling rate of \(source.sampleRate) Hz", "convert it to 16000 Hz or more first")
    }
    self.open = open
    self.path = path
    sourceSampleRate = source.sampleRate
    sourceChannelCount = source.channelCount
    resampler = Self.resampler(from: source.sampleRate)
  }

  private static func resampler(from rate: Int) -> RationalResampler? {
    rate == sampleRate ? nil : RationalResampler(from: rate, to: sampleRate)
  }

  /// Goes back to the beginning, to read everything again.
  ///
  /// - Throws: as `AudioFile.reader()`, and 65 where another sound has taken the file's place.
  public func rewind() throws {
    source = try open()
    guard source.sampleRate == sourceSampleRate, source.channelCount == sourceChannelCount else {
      throw AudioError.unusable(path, "the file changed while it was read", "run again")
    }
    resampler = Self.resampler(from: sourceSampleRate)
    sourceSampleCount = 0
    strangeSampleCount = 0
    isAtEnd = false
  }

  /// Frames of video at `rate` that cover what was read so far: ceil(duration x rate), exactly.
  public func frameCount(at rate: Rational) -> Int {
    let (frames, step) = (sourceSampleCount * rate.numerator, sourceSampleRate * rate.denominator)
    return (frames + step - 1) / step
  }

  /// What the user should know about the file; complete at its end.
  public var warnings: [String] {
    guard strangeSampleCount > 0 else { return source.warnings }
    return source.warnings + [
      "\(path): \(strangeSampleCount) samples are not numbers, silence is taken instead"
    ]
  }

  /// Replaces the content of `samples` by the next piece, of any length; empty at the end.
  ///
  /// - Throws: `AudioError` where the file holds no sound at all, and errors of reading.
  public func read(into samples: inout [Float]) throws {
    samples.removeAll(keepingCapacity: true)
    while samples.isEmpty, !isAtEnd {
      try source.read(into: &interleaved)
      guard interleaved.isEmpty else {
        mixDown()
        resample(into: &samples)
        continue
      }
      isAtEnd = true
      guard sourceSampleCount > 0 else {
        throw AudioError.unusable(path, "it holds no sound", "give a file with at least one sample")
      }
      resampler?.finish(into: &samples)
    }
  }

  private func resample(into samples: inout [Float]) {
    if resampler == nil {
      samples.append(contentsOf: mono)
    } else {
      resampler?.process(mono, into: &samples)
    }
  }

  private func mixDown() {
    let channels = sourceChannelCount
    let count = interleaved.count / channels
    if mono.count != count { mono = [Float](repeating: 0, count: count) }
    var strange = 0
    for index in 0..<count {
      var sum: Float = 0
      for channel in 0..<channels {
        let sample = interleaved[index * channels + channel]
        if abs(sample) <= Self.largestSample { sum += sample } else { strange += 1 }
      }
      mono[index] = sum / Float(channels)
    }
    strangeSampleCount += strange
    sourceSampleCount += count
  }
}
