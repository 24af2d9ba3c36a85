#ifndef CKERNELS_AUDIO_H
#define CKERNELS_AUDIO_H
#include <stddef.h>
#include <stdint.h>

// Sound: every function gives the same bits whatever instructions the CPU has, because sums keep a fixed order.

enum {
  CKernelsAudio_mel_lanes = 16,  // spectra that one call of CKernelsAudio_log_mel turns into mel powers
};

/// Triangular filters, stored without their zeros: filter m weighs bins starts[m] ..< starts[m] + counts[m].
typedef struct {
  size_t filter_count;
  size_t bin_count;
  const int32_t *starts;
  const int32_t *counts;
  const float *weights;
} CKernelsAudio_mel_filters;

/// Sum of a[i] * b[i].
float CKernelsAudio_dot(const float *a, const float *b, size_t count);

/// frames[f * size + n] = samples[f * hop + n] * window[n], for frame_count frames of `size` samples.
void CKernelsAudio_window_frames(const float *samples, size_t hop, size_t frame_count, const float *window,
                            size_t size, float *frames);

/// log10(max(filtered power, 1e-10)) of CKernelsAudio_mel_lanes spectra.
///
/// `spectra` holds bin_count complex values a frame (real, imaginary); `scratch` has room for
/// (bin_count + 3) * CKernelsAudio_mel_lanes floats; filter m of frame f goes to output[m * row_stride + f].
void CKernelsAudio_log_mel(const float *spectra, CKernelsAudio_mel_filters filters, float *scratch, float *output,
                      size_t row_stride);

/// output[i] = log10(input[i]) for positive normal numbers, within 1e-6.
void CKernelsAudio_log10_values(const float *input, float *output, size_t count);

/// The largest of `count` values, which must not be 0.
float CKernelsAudio_maximum(const float *values, size_t count);

/// values[i] = (max(values[i], floor) + 4) / 4: log10 powers become what Whisper's encoder sees.
void CKernelsAudio_normalize_log_mel(float *values, size_t count, float floor);

#endif
