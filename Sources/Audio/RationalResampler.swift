import CKernels
import Glibc

/// Changes the sampling rate of a stream, piece by piece, without delay and without depending on the pieces.
///
/// A polyphase low-pass filter: a sinc under a Kaiser window, flat up to 92.5 % of the smaller of the two Nyquist
/// frequencies and 100 dB down from that frequency on. Output k is taken at input position k x input rate / output
/// rate exactly; n inputs give ceil(n x output rate / input rate) outputs. Silence is assumed around the stream.
struct RationalResampler {
  private let filter: PolyphaseFilter
  /// Inputs that later outputs still need; the first is input number `firstInput`.
  private var pending: [Float]
  private var firstInput: Int
  private var inputCount = 0
  private var outputCount = 0

  /// Makes a resampler between two positive rates.
  init(from inputRate: Int, to outputRate: Int) {
    filter = PolyphaseFilter(from: inputRate, to: outputRate)
    pending = [Float](repeating: 0, count: filter.halfLength)
    firstInput = -filter.halfLength
  }

  /// Takes the next inputs and appends the outputs that they complete.
  mutating func process(_ samples: some Collection<Float>, into output: inout [Float]) {
    inputCount += samples.count
    pending.append(contentsOf: samples)
    produce(upTo: Int.max, into: &output)
  }

  /// Appends the outputs that remain at the end of the stream.
  mutating func finish(into output: inout [Float]) {
    pending.append(contentsOf: repeatElement(0, count: filter.halfLength + 1))
    let (up, down) = (filter.upFactor, filter.downFactor)
    produce(upTo: (inputCount * up + down - 1) / down, into: &output)
  }

  private mutating func produce(upTo limit: Int, into output: inout [Float]) {
    let available = firstInput + pending.count
    while outputCount < limit {
      let position = outputCount * filter.downFactor
      let centre = position / filter.upFactor
      guard centre + filter.halfLength < available else { break }
      let start = centre - filter.halfLength + 1 - firstInput
      output.append(filter.apply(to: pending, at: start, remainder: position % filter.upFactor))
      outputCount += 1
    }
    let next = outputCount * filter.downFactor / filter.upFactor - filter.halfLength + 1
    let spent = min(max(next - firstInput, 0), pending.count)
    pending.removeFirst(spent)
    firstInput += spent
  }
}

/// The filter of a `RationalResampler`: one row of taps for every fraction of an input step that outputs fall on.
private struct PolyphaseFilter {
  /// Outputs stand to inputs as `upFactor` to `downFactor`, in lowest terms.
  let upFactor: Int
  let downFactor: Int
  /// Taps on either side of an output.
  let halfLength: Int
  private let phaseCount: Int
  private let taps: [Float]

  /// Beyond this, outputs are interpolated between neighbouring rows (error below -110 dB).
  private static let mostPhases = 1024
  private static let stopbandDecibels = 100.0
  /// Width of the transition, as a part of the smaller Nyquist frequency.
  private static let transition = 0.075

  init(from inputRate: Int, to outputRate: Int) {
    var (divisor, rest) = (inputRate, outputRate)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    upFactor = outputRate / divisor
    downFactor = inputRate / divisor
    // Frequencies in cycles per input sample.
    let nyquist = 0.5 * Double(min(inputRate, outputRate)) / Double(inputRate)
    let width = 2 * Double.pi * nyquist * Self.transition
    halfLength = Int(((Self.stopbandDecibels - 7.95) / (2.285 * width) / 2).rounded(.up))
    phaseCount = min(upFactor, Self.mostPhases)
    let cutoff = nyquist * (1 - Self.transition / 2)
    let (half, phases) = (halfLength, phaseCount)
    taps = (0...phases).flatMap { phase in
      Self.row(fraction: Double(phase) / Double(phases), halfLength: half, cutoff: cutoff)
    }
  }

  /// Taps for an output that lies `fraction` behind an input; they sum to 1.
  private static func row(fraction: Double, halfLength: Int, cutoff: Double) -> [Float] {
    let beta = 0.1102 * (stopbandDecibels - 8.7)
    let values = (0..<(2 * halfLength)).map { index in
      let distance = Double(index - halfLength + 1) - fraction
      let reach = distance / Double(halfLength)
      let angle = 2 * Double.pi * cutoff * distance
      let sinc = angle == 0 ? 1 : sin(angle) / angle
      return sinc * besselI0(beta * max(0, 1 - reach * reach).squareRoot())
    }
    let sum = values.reduce(0, +)
    return values.map { Float($0 / sum) }
  }

  /// The modified Bessel function of the first kind, of order 0.
  private static func besselI0(_ x: Double) -> Double {
    var (sum, term, index) = (1.0, 1.0, 1.0)
    while term > sum * 1e-17 {
      term *= (x / (2 * index)) * (x / (2 * index))
      sum += term
      index += 1
    }
    return sum
  }

  /// The output whose first tap lies on `samples[start]`, `remainder / upFactor` behind an input.
  func apply(to samples: [Float], at start: Int, remainder: Int) -> Float {
    let position = remainder * phaseCount
    let (phase, rest) = (position / upFactor, position % upFactor)
    let first = row(phase, on: samples, at: start)
    if rest == 0 { return first }
    let second = row(phase + 1, on: samples, at: start)
    return first + (second - first) * Float(rest) / Float(upFactor)
  }

  private func row(_ phase: Int, on samples: [Float], at start: Int) -> Float {
    let count = 2 * halfLength
    return samples.withUnsafeBufferPointer { samples in
      taps.withUnsafeBufferPointer { taps in
        CKernelsAudio_dot(
          samples.baseAddress! + start, taps.baseAddress! + phase * count, count)
      }
    }
  }
}
