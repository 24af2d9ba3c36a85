import CKernels

/// The log-mel spectrogram that the articulation network hears, a second at a time.
///
/// It is Whisper's with an absolute floor in place of the one below the file's largest value, so that each second
/// depends on nothing but the samples in and next to it. Half a second of silence stands before the sound.
final class ArticulationMel {
  /// Mel frames of one second.
  static let frameCount = 100
  /// Values of one second, [80, 100].
  static let valueCount = MelSpectrogram.bandCount * frameCount
  /// log10 of the mel power below which nothing is told apart.
  private static let floor: Float = -6

  private let gain: Float
  private let spectrogram = MelSpectrogram()
  /// Samples from the first one that the next second's first frame needs.
  private var pending: [Float]

  /// Amplifies everything by `gain`.
  init(gain: Float) {
    self.gain = gain
    let silence = SpeechReader.sampleRate / 2
    pending = [Float](repeating: 0, count: silence + MelSpectrogram.reach)
  }

  /// Takes the next samples at 16 kHz.
  func process(_ samples: [Float]) {
    pending.reserveCapacity(pending.count + samples.count)
    for sample in samples { pending.append(sample * gain) }
  }

  /// Takes as much silence as one second needs.
  func processSilence() {
    pending.append(contentsOf: repeatElement(0, count: SpeechReader.sampleRate))
  }

  /// Writes the next second, [80, 100], to `output`; false when samples are lacking.
  func nextSecond(into output: inout [Float]) -> Bool {
    let hop = MelSpectrogram.hopSize
    let needed = (Self.frameCount - 1) * hop + MelSpectrogram.windowSize
    guard pending.count >= needed else { return false }
    precondition(output.count == Self.valueCount, "a second has 80 x 100 values")
    pending.withUnsafeBufferPointer { samples in
      output.withUnsafeMutableBufferPointer { output in
        spectrogram.logPower(
          of: samples, frameCount: Self.frameCount, into: output, rowStride: Self.frameCount)
        CKernelsAudio_normalize_log_mel(output.baseAddress, output.count, Self.floor)
      }
    }
    pending.removeFirst(Self.frameCount * hop)
    return true
  }
}
