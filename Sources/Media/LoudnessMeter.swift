import CLibAV
import Glibc
import MediaTypes

/// How loud a sound is, as ITU-R BS.1770-4 and EBU R 128 measure it.
public struct Loudness: Hashable, Sendable {
  /// Integrated loudness in LUFS; nil where nothing is above -70 LUFS (or the sound is shorter than 0.4 s).
  public let integrated: Double?
  /// The highest sample in dBTP, between the samples too.
  public let truePeak: Double
}

/// Measures the whole of a recording, or what of it lies within `track.duration`.
///
/// - Throws: `MediaError` as reading does, `CancellationError` once `isCancelled` says so.
public func measureLoudness(
  _ track: AudioTrack, isCancelled: () -> Bool = { false }
) throws -> Loudness {
  let reader = try AudioReader(track.path)
  let rate = reader.sampleRate
  var left = track.duration.map { ($0 * Rational(rate)).value.rounded(.up) } ?? .infinity
  var meter = LoudnessMeter(rate: rate, weights: channelWeights(reader))
  var peaks = try TruePeakMeter(rate: rate, layout: reader.layout, path: track.path)
  while left > 0, let chunk = try reader.read() {
    if isCancelled() { throw CancellationError() }
    let count = Int(min(left, Double(chunk.sampleCount)))
    let channels = SoundEncoder.audible(chunk.channels.map { Array($0.prefix(count)) })
    meter.add(channels)
    try peaks.add(channels)
    left -= Double(count)
  }
  return Loudness(integrated: meter.integrated, truePeak: try peaks.finish())
}

/// What each channel counts for: those behind and beside more, the bass channel not at all.
private func channelWeights(_ reader: AudioReader) -> [Double] {
  var layout = reader.layout
  return (0..<reader.channelCount).map { index in
    switch av_channel_layout_channel_from_index(&layout, UInt32(index)) {
    case AV_CHAN_LOW_FREQUENCY, AV_CHAN_LOW_FREQUENCY_2: 0
    case AV_CHAN_BACK_LEFT, AV_CHAN_BACK_RIGHT, AV_CHAN_SIDE_LEFT, AV_CHAN_SIDE_RIGHT: 1.41
    default: 1
    }
  }
}

/// Integrated loudness: K-weighted power in blocks of 400 ms every 100 ms, gated at -70 LUFS and at 10 LU below the mean.
struct LoudnessMeter {
  private var filters: [KWeighting]
  private let weights: [Double]
  private let stepSize: Int
  private var position = 0
  /// Weighted energy of the unfinished step of 100 ms, and of the finished ones.
  private var energy = 0.0
  private var steps: [Double] = []

  init(rate: Int, weights: [Double]) {
    filters = weights.map { _ in KWeighting(rate: Double(rate)) }
    self.weights = weights
    stepSize = max(rate / 10, 1)
  }

  mutating func add(_ channels: [[Float]]) {
    let count = channels.first?.count ?? 0
    var start = 0
    while start < count {
      let end = min(count, start + stepSize - position)
      for channel in channels.indices where weights[channel] > 0 {
        energy += weights[channel] * filters[channel].energy(channels[channel], start..<end)
      }
      position += end - start
      start = end
      if position == stepSize {
        steps.append(energy)
        (energy, position) = (0, 0)
      }
    }
  }

  /// In LUFS; nil where every block is below the gate.
  var integrated: Double? {
    let blocks = steps.indices.dropLast(3).map {
      steps[$0..<($0 + 4)].reduce(0, +) / Double(4 * stepSize)
    }
    let audible = blocks.filter { Self.level($0) > -70 }
    guard !audible.isEmpty else { return nil }
    let gate = Self.level(Self.mean(audible)) - 10
    return Self.level(Self.mean(audible.filter { Self.level($0) > gate }))
  }

  private static func mean(_ powers: [Double]) -> Double {
    powers.reduce(0, +) / Double(powers.count)
  }

  private static func level(_ power: Double) -> Double { -0.691 + 10 * log10(power) }
}

/// BS.1770's two filters, a shelf for the head and a high pass, from their analogue form for any sample rate.
private struct KWeighting {
  private var shelf: SecondOrderFilter
  private var highPass: SecondOrderFilter

  init(rate: Double) {
    let shelfK = tan(Double.pi * 1681.974450955533 / rate)
    let (shelfQ, high) = (0.7071752369554196, pow(10, 3.999843853973347 / 20))
    let band = pow(high, 0.4996667741545416)
    let shelfScale = 1 + shelfK / shelfQ + shelfK * shelfK
    shelf = SecondOrderFilter(
      b0: (high + band * shelfK / shelfQ + shelfK * shelfK) / shelfScale,
      b1: 2 * (shelfK * shelfK - high) / shelfScale,
      b2: (high - band * shelfK / shelfQ + shelfK * shelfK) / shelfScale,
      a1: 2 * (shelfK * shelfK - 1) / shelfScale,
      a2: (1 - shelfK / shelfQ + shelfK * shelfK) / shelfScale)
    let passK = tan(Double.pi * 38.13547087602444 / rate)
    let passQ = 0.5003270373238773
    let passScale = 1 + passK / passQ + passK * passK
    highPass = SecondOrderFilter(
      b0: 1, b1: -2, b2: 1, a1: 2 * (passK * passK - 1) / passScale,
      a2: (1 - passK / passQ + passK * passK) / passScale)
  }

  mutating func energy(_ samples: [Float], _ range: Range<Int>) -> Double {
    var (first, second) = (shelf, highPass)
    var sum = 0.0
    samples.withUnsafeBufferPointer { samples in
      for index in range {
        let value = second.next(first.next(Double(samples[index])))
        sum += value * value
      }
    }
    (shelf, highPass) = (first, second)
    return sum
  }
}

/// A recursive filter of second order in transposed direct form II.
private struct SecondOrderFilter {
  let b0, b1, b2, a1, a2: Double
  private var z1 = 0.0
  private var z2 = 0.0

  init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    (self.b0, self.b1, self.b2, self.a1, self.a2) = (b0, b1, b2, a1, a2)
  }

  mutating func next(_ input: Double) -> Double {
    let output = b0 * input + z1
    z1 = b1 * input - a1 * output + z2
    z2 = b2 * input - a2 * output
    return output
  }
}

/// The highest sample of a sound that is brought to at least 192 kHz.
struct TruePeakMeter {
  private let converter: SampleConverter?
  private var peak: Float = 0

  init(rate: Int, layout: AVChannelLayout, path: String) throws {
    let factor = (192_000 + rate - 1) / rate
    converter =
      factor > 1
      ? try SampleConverter(
        from: .init(format: AV_SAMPLE_FMT_FLTP, rate: rate, layout: layout), toRate: factor * rate,
        layout: layout, path: path) : nil
  }

  mutating func add(_ channels: [[Float]]) throws {
    note(channels)
    if let converter { note(try converter.convert(channels)) }
  }

  private mutating func note(_ channels: [[Float]]) {
    for samples in channels {
      samples.withUnsafeBufferPointer { samples in
        for sample in samples { peak = max(peak, abs(sample)) }
      }
    }
  }

  /// In dBTP.
  mutating func finish() throws -> Double {
    if let converter { note(try converter.convert(nil, count: 0)) }
    return 20 * log10(Double(max(peak, 1e-10)))
  }
}
