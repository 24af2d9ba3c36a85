import CFFTW
import Synchronization

/// FFTW's planner keeps state of its own and serves one caller at a time.
private let planner = Mutex<Void>(())

/// Real Fourier transforms of a fixed number of frames at once, with the memory that they work in.
///
/// The plan is estimated, never measured, so that every run computes the same bits.
final class FourierTransform {
  let frameCount: Int
  let frameSize: Int
  /// `frameCount` frames of `frameSize` samples, one after another.
  let frames: UnsafeMutablePointer<Float>
  /// As many spectra of `frameSize / 2 + 1` complex values: real part, imaginary part.
  let spectra: UnsafeMutablePointer<Float>
  private let plan: Plan

  /// A plan belongs to one transform and is never shared, though the planner's lock hands it over.
  private struct Plan: @unchecked Sendable {
    let pointer: fftwf_plan
  }

  /// Plans transforms of `frameCount` frames of `frameSize` samples; the frames start as zeros.
  init(frameCount: Int, frameSize: Int) {
    self.frameCount = frameCount
    self.frameSize = frameSize
    let bins = frameSize / 2 + 1
    let frames = fftwf_alloc_real(frameCount * frameSize)!
    frames.initialize(repeating: 0, count: frameCount * frameSize)
    let spectra = fftwf_alloc_complex(frameCount * bins)!
    var size = Int32(frameSize)
    plan = planner.withLock { _ in
      Plan(
        pointer: fftwf_plan_many_dft_r2c(
          1, &size, Int32(frameCount), frames, nil, 1, Int32(frameSize), spectra, nil, 1,
          Int32(bins), FFTW_ESTIMATE))
    }
    self.frames = frames
    self.spectra = UnsafeMutableRawPointer(spectra).assumingMemoryBound(to: Float.self)
  }

  deinit {
    planner.withLock { [plan] _ in fftwf_destroy_plan(plan.pointer) }
    fftwf_free(frames)
    fftwf_free(spectra)
  }

  /// Transforms `frames` into `spectra`.
  func execute() { fftwf_execute(plan.pointer) }
}
