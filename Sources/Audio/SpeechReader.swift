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

  private let source: any SampleSource
  private let path: String
  private var resampler: RationalResampler?
  private var interleaved: [Float] = []
  private var mono: [Float] = []
  private var strangeSampleCount = 0
  private var isAtEnd = false

  /// Louder than this is not sound: a sample of it is 120 dB over full scale.
  private static let largestSample: Float = 1e6

  init(_ source: any SampleSource, path: String) throws {
    guard (1000...1_000_000).contains(source.sampleRate) else {
      throw AudioError.unusable(
        path, "a sampling rate of \(source.sampleRate) Hz", "convert it to 16000 Hz or more first")
    }
    self.source = source
    self.path = path
    sourceSampleRate = source.sampleRate
    sourceChannelCount = source.channelCount
    if source.sampleRate != Self.sampleRate {
      resampler = RationalResampler(from: source.sampleRate, to: Self.sampleRate)
    }
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
