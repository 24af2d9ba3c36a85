import CKernels
import Glibc

/// Whisper's mel analysis: windows of 400 samples (25 ms, periodic Hann) every 160 (10 ms), 80 bands, log10 of the power.
///
/// Holds working memory: use one per thread.
final class MelSpectrogram {
  static let windowSize = 400
  static let hopSize = 160
  static let bandCount = MelFilterBank.filterCount
  /// Samples on either side of a frame's centre that it needs.
  static let reach = windowSize / 2

  private let filters = MelFilterBank()
  private let window: [Float]
  private let transform: FourierTransform
  private var scratch: [Float]
  private var lastRows: [Float]
  private static let lanes = Int(CKernelsAudio_mel_lanes)

  init() {
    window = (0..<Self.windowSize).map { index in
      Float(0.5 - 0.5 * cos(2 * Double.pi * Double(index) / Double(Self.windowSize)))
    }
    transform = FourierTransform(frameCount: Self.lanes, frameSize: Self.windowSize)
    scratch = [Float](repeating: 0, count: (MelFilterBank.binCount + 3) * Self.lanes)
    lastRows = [Float](repeating: 0, count: Self.bandCount * Self.lanes)
  }

  /// log10(max(power, 1e-10)) of `frameCount` frames; frame t covers samples 160 t ..< 160 t + 400.
  ///
  /// Band m of frame t goes to `output[m * rowStride + t]`. Each frame's values depend on its samples alone.
  func logPower(
    of samples: UnsafeBufferPointer<Float>, frameCount: Int,
    into output: UnsafeMutableBufferPointer<Float>, rowStride: Int
  ) {
    guard frameCount > 0 else { return }
    precondition(
      samples.count >= (frameCount - 1) * Self.hopSize + Self.windowSize
        && rowStride >= frameCount
        && output.count >= (Self.bandCount - 1) * rowStride + frameCount, "room for mel frames")
    for first in stride(from: 0, to: frameCount, by: Self.lanes) {
      let count = min(Self.lanes, frameCount - first)
      CKernelsAudio_window_frames(
        samples.baseAddress! + first * Self.hopSize, Self.hopSize, count, window,
        Self.windowSize, transform.frames)
      transform.execute()
      if count == Self.lanes {
        logMel(into: output.baseAddress! + first, rowStride: rowStride)
      } else {
        copyLastFrames(count, to: output.baseAddress! + first, rowStride: rowStride)
      }
    }
  }

  private func logMel(into output: UnsafeMutablePointer<Float>, rowStride: Int) {
    filters.withKernelFilters { filters in
      CKernelsAudio_log_mel(transform.spectra, filters, &scratch, output, rowStride)
    }
  }

  /// The kernel always writes whole vectors, so fewer frames take a way round.
  private func copyLastFrames(
    _ count: Int, to output: UnsafeMutablePointer<Float>, rowStride: Int
  ) {
    lastRows.withUnsafeMutableBufferPointer { logMel(into: $0.baseAddress!, rowStride: Self.lanes) }
    for band in 0..<Self.bandCount {
      for frame in 0..<count {
        output[band * rowStride + frame] = lastRows[band * Self.lanes + frame]
      }
    }
  }
}
