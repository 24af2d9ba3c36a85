import Glibc

/// Measures how loud speech is, and how much to amplify it for the articulation network.
struct SpeechLevel {
  private static let frameSampleCount = 320
  private static let targetDecibels = -20.0
  private static let limitDecibels = 20.0

  /// Sums of squares of whole 20-ms frames.
  private var energies: [Double] = []
  private var energy = 0.0
  private var count = 0

  /// Takes the next samples at 16 kHz.
  mutating func process(_ samples: [Float]) {
    for sample in samples {
      energy += Double(sample) * Double(sample)
      count += 1
      if count == Self.frameSampleCount {
        energies.append(energy)
        (energy, count) = (0, 0)
      }
    }
  }

  /// The factor that brings the 95th percentile of the frames' loudness to -20 dBFS, within +-20 dB.
  ///
  /// Sound shorter than a frame counts as one, filled with silence.
  var gain: Float {
    let sorted = (energies.isEmpty ? [energy] : energies).sorted()
    let rank = 0.95 * Double(sorted.count - 1)
    let (lower, fraction) = (Int(rank), rank - rank.rounded(.down))
    let upper = min(lower + 1, sorted.count - 1)
    let (a, b) = (loudness(sorted[lower]), loudness(sorted[upper]))
    let level = 20 * log10(max(a + (b - a) * fraction, 1e-10))
    let change = min(max(Self.targetDecibels - level, -Self.limitDecibels), Self.limitDecibels)
    return Float(pow(10, change / 20))
  }

  private func loudness(_ energy: Double) -> Double {
    (energy / Double(Self.frameSampleCount)).squareRoot()
  }
}
