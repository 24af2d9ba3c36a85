#include "CKernelsAudio.h"
#include "CKernels.h"
#include <string.h>

// Each kernel is written once over vectors of 16 lanes and compiled for several instruction sets.
// Products and sums stay separate (-ffp-contract=off), so all of them round alike.

#define INLINE static inline __attribute__((always_inline))

enum { lanes = CKernelsAudio_mel_lanes };
typedef float Lanes __attribute__((vector_size(4 * lanes), aligned(4)));
typedef int32_t IntegerLanes __attribute__((vector_size(4 * lanes), aligned(4)));
typedef float Quad __attribute__((vector_size(16), aligned(4)));
typedef float Octet __attribute__((vector_size(32), aligned(4)));

INLINE void load(Lanes *lanes_, const float *from) { memcpy(lanes_, from, sizeof *lanes_); }
INLINE void store(float *to, const Lanes *lanes_) { memcpy(to, lanes_, sizeof *lanes_); }

INLINE float dot(const float *a, const float *b, size_t count) {
  Lanes sums[2] = {{0}, {0}};
  size_t i = 0;
  for (; i + 2 * lanes <= count; i += 2 * lanes)
    for (int half = 0; half < 2; half++) {
      Lanes x, y;
      load(&x, a + i + half * lanes);
      load(&y, b + i + half * lanes);
      sums[half] += x * y;
    }
  sums[0] += sums[1];
  for (; i < count; i++) sums[0][0] += a[i] * b[i];
  float quarters[4];
  for (int j = 0; j < 4; j++)
    quarters[j] = (sums[0][j] + sums[0][j + 4]) + (sums[0][j + 8] + sums[0][j + 12]);
  return (quarters[0] + quarters[1]) + (quarters[2] + quarters[3]);
}

INLINE void window_frames(const float *samples, size_t hop, size_t frame_count, const float *window,
                          size_t size, float *frames) {
  for (size_t f = 0; f < frame_count; f++)
    for (size_t n = 0; n < size; n++) frames[f * size + n] = samples[f * hop + n] * window[n];
}

// x = 2^e * m with m in [0.70, 1.41): log10 x = e log10 2 + ln(m) log10 e.
// ln(1 + r) = r - r^2 / 2 + r^3 P(r), P fitted on that interval, relative error below 1e-8.
INLINE void log10_lanes(Lanes *value) {
  IntegerLanes bits;
  memcpy(&bits, value, sizeof bits);
  IntegerLanes shifted = bits - 0x3f3504f3;  // the bits of sqrt(1/2)
  IntegerLanes exponent = shifted >> 23;
  IntegerLanes mantissa = (shifted & 0x007fffff) + 0x3f3504f3;
  Lanes r;
  memcpy(&r, &mantissa, sizeof r);
  r -= 1.0f;
  Lanes e = __builtin_convertvector(exponent, Lanes);
  Lanes square = r * r;
  Lanes p = r * 6.7616262203e-02f - 1.1678445084e-01f;
  p = p * r + 1.1882353331e-01f;
  p = p * r - 1.2404611245e-01f;
  p = p * r + 1.4220286558e-01f;
  p = p * r - 1.6668089153e-01f;
  p = p * r + 2.0002081415e-01f;
  p = p * r - 2.5000007029e-01f;
  p = p * r + 3.3333313235e-01f;
  Lanes tail = p * r * square - square * 0.5f;
  Lanes natural = tail + r;
  // log10 2 in two parts: e times the first is exact.
  *value = (natural * 0.4342944819f + e * 4.6050390e-6f) + e * 0.301025390625f;
}

INLINE void log10_values(const float *input, float *output, size_t count) {
  for (size_t i = 0; i < count; i += lanes) {
    float block[lanes];
    size_t used = count - i < lanes ? count - i : lanes;
    for (size_t j = 0; j < lanes; j++) block[j] = j < used ? input[i + j] : 1.0f;
    Lanes value;
    load(&value, block);
    log10_lanes(&value);
    store(block, &value);
    memcpy(output + i, block, used * sizeof(float));
  }
}

/// Powers of four bins of four spectra, transposed: powers[bin * lanes + frame].
INLINE void transpose_powers(const float *spectra, size_t stride, float *powers) {
  Quad rows[4];
  for (int f = 0; f < 4; f++) {
    Octet pairs;
    memcpy(&pairs, spectra + f * stride, sizeof pairs);
    Octet squares = pairs * pairs;
    rows[f] = __builtin_shufflevector(squares, squares, 0, 2, 4, 6) +
              __builtin_shufflevector(squares, squares, 1, 3, 5, 7);
  }
  Quad low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
  Quad low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
  Quad high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
  Quad high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
  Quad columns[4] = {
      __builtin_shufflevector(low01, low23, 0, 1, 4, 5),
      __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
      __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
      __builtin_shufflevector(high01, high23, 2, 3, 6, 7),
  };
  for (int k = 0; k < 4; k++) memcpy(powers + k * lanes, &columns[k], sizeof columns[k]);
}

INLINE void log_mel(const float *spectra, CKernelsAudio_mel_filters filters, float *powers, float *output,
                    size_t row_stride) {
  const size_t bins = filters.bin_count, stride = 2 * bins;
  for (size_t f = 0; f < lanes; f += 4) {
    const float *four = spectra + f * stride;
    size_t k = 0;
    for (; k + 4 <= bins; k += 4) transpose_powers(four + 2 * k, stride, powers + k * lanes + f);
    for (; k < bins; k++)
      for (size_t g = 0; g < 4; g++) {
        float real = four[g * stride + 2 * k], imaginary = four[g * stride + 2 * k + 1];
        powers[k * lanes + f + g] = real * real + imaginary * imaginary;
      }
  }
  const float *weight = filters.weights;
  for (size_t m = 0; m < filters.filter_count; m++) {
    Lanes sum = {0};
    const float *power = powers + filters.starts[m] * lanes;
    for (int32_t k = 0; k < filters.counts[m]; k++) {
      Lanes one;
      load(&one, power + k * lanes);
      sum += one * *weight++;
    }
    IntegerLanes low = sum < 1e-10f;
    Lanes least = (Lanes){0} + 1e-10f, kept;
    IntegerLanes sum_bits, least_bits;
    memcpy(&sum_bits, &sum, sizeof sum);
    memcpy(&least_bits, &least, sizeof least);
    sum_bits = (sum_bits & ~low) | (least_bits & low);
    memcpy(&kept, &sum_bits, sizeof kept);
    log10_lanes(&kept);
    store(output + m * row_stride, &kept);
  }
}

INLINE float maximum(const float *values, size_t count) {
  float best[lanes];
  for (size_t j = 0; j < lanes; j++) best[j] = values[0];
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (size_t j = 0; j < lanes; j++) best[j] = values[i + j] > best[j] ? values[i + j] : best[j];
  for (; i < count; i++) best[0] = values[i] > best[0] ? values[i] : best[0];
  for (size_t j = 1; j < lanes; j++) best[0] = best[j] > best[0] ? best[j] : best[0];
  return best[0];
}

INLINE void normalize_log_mel(float *values, size_t count, float floor) {
  for (size_t i = 0; i < count; i++)
    values[i] = ((values[i] > floor ? values[i] : floor) + 4.0f) * 0.25f;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define VARIANTS(type, name, parameters, arguments)                         \
  AVX2 static type name##_avx2 parameters { return name arguments; }        \
  AVX512 static type name##_avx512 parameters { return name arguments; }    \
  static type name##_plain parameters { return name arguments; }            \
  type CKernelsAudio_##name parameters {                                         \
    int32_t set = CKernels_instruction_set();                               \
    if (set >= 2) return name##_avx512 arguments;                           \
    if (set == 1) return name##_avx2 arguments;                             \
    return name##_plain arguments;                                          \
  }
#else
#define VARIANTS(type, name, parameters, arguments) \
  type CKernelsAudio_##name parameters { return name arguments; }
#endif

VARIANTS(float, dot, (const float *a, const float *b, size_t count), (a, b, count))
VARIANTS(void, window_frames,
         (const float *samples, size_t hop, size_t frame_count, const float *window, size_t size, float *frames),
         (samples, hop, frame_count, window, size, frames))
VARIANTS(void, log_mel,
         (const float *spectra, CKernelsAudio_mel_filters filters, float *scratch, float *output, size_t row_stride),
         (spectra, filters, scratch, output, row_stride))
VARIANTS(void, log10_values, (const float *input, float *output, size_t count), (input, output, count))
VARIANTS(float, maximum, (const float *values, size_t count), (values, count))
VARIANTS(void, normalize_log_mel, (float *values, size_t count, float floor), (values, count, floor))
