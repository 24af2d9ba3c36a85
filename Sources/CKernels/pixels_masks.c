#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

// Mirrored about the outermost samples, as often as it takes: 2 1 0 1 2 ... n-1 n-2.
static int32_t mirrored_index(int32_t i, int32_t count) {
  if (count == 1) return 0;
  int32_t period = 2 * (count - 1);
  i %= period;
  if (i < 0) i += period;
  return i < count ? i : period - i;
}

// Weights that add up to exactly 256: what rounding leaves over goes to the next weight, at last to the middle.
static void gaussian(int32_t size, uint32_t *weights) {
  static const uint32_t small[5][9] = {
      {256},
      {64, 128, 64},
      {16, 64, 96, 64, 16},
      {8, 28, 56, 72, 56, 28, 8},
      {4, 13, 30, 51, 60, 51, 30, 13, 4},
  };
  if (size <= 9) {
    memcpy(weights, small[size / 2], (size_t)size * sizeof *weights);
    return;
  }
  double deviation = size * 0.15 + 0.35, total = 1, left = 0;
  int32_t half = size / 2;
  uint32_t sum = 0;
#define FALL(i) exp(-0.5 * ((i) - half) * ((i) - half) / (deviation * deviation))
  for (int32_t i = 0; i < half; i++) total += 2 * FALL(i);
  for (int32_t i = 0; i < half; i++) {
    double exact = FALL(i) / total * 256 + left;
    weights[i] = weights[size - 1 - i] = (uint32_t)lrint(exact);
    left = exact - weights[i];
    sum += weights[i];
  }
#undef FALL
  weights[half] = 256 - 2 * sum;
}

static void blur_row(const uint8_t *row, int32_t width, const uint32_t *weights, int32_t size,
                     uint8_t *wide, uint16_t *out) {
  int32_t half = size / 2;
  for (int32_t i = 0; i < half; i++) {
    wide[i] = row[mirrored_index(i - half, width)];
    wide[half + width + i] = row[mirrored_index(width + i, width)];
  }
  memcpy(wide + half, row, (size_t)width);
  memset(out, 0, (size_t)width * sizeof *out);
  for (int32_t k = 0; k < size; k++) {
    uint16_t weight = (uint16_t)weights[k];
    for (int32_t x = 0; x < width; x++) out[x] = (uint16_t)(out[x] + weight * wide[x + k]);
  }
}

int32_t CKernelsPixels_blur(const uint8_t *in, int32_t width, int32_t height, int32_t kernelSize,
                            uint8_t *out) {
  uint32_t *weights = malloc((size_t)kernelSize * sizeof *weights);
  uint8_t *wide = malloc((size_t)(width + kernelSize));
  uint32_t *sums = malloc((size_t)width * sizeof *sums);
  uint16_t *lines = malloc((size_t)width * (size_t)height * sizeof *lines);
  int32_t failed = !weights || !wide || !sums || !lines;
  if (!failed) {
    gaussian(kernelSize, weights);
    for (int32_t y = 0; y < height; y++)
      blur_row(in + (size_t)y * (size_t)width, width, weights, kernelSize, wide,
               lines + (size_t)y * (size_t)width);
    for (int32_t y = 0; y < height; y++) {
      for (int32_t x = 0; x < width; x++) sums[x] = 1 << 15;
      for (int32_t k = 0; k < kernelSize; k++) {
        const uint16_t *from =
            lines + (size_t)mirrored_index(y + k - kernelSize / 2, height) * (size_t)width;
        for (int32_t x = 0; x < width; x++) sums[x] += weights[k] * from[x];
      }
      for (int32_t x = 0; x < width; x++)
        out[(size_t)y * (size_t)width + (size_t)x] = (uint8_t)(sums[x] >> 16);
    }
  }
  free(weights);
  free(wide);
  free(sums);
  free(lines);
  return failed ? -1 : 0;
}

static inline uint8_t greater(uint8_t a, uint8_t b) { return a > b ? a : b; }

// The greatest of each sample and its neighbours to the left and right.
static void widen(const uint8_t *in, int32_t width, int32_t height, uint8_t *out) {
  for (int32_t y = 0; y < height; y++) {
    const uint8_t *from = in + (size_t)y * (size_t)width;
    uint8_t *to = out + (size_t)y * (size_t)width;
    for (int32_t x = 1; x < width - 1; x++)
      to[x] = greater(from[x], greater(from[x - 1], from[x + 1]));
    to[0] = greater(from[0], from[width > 1 ? 1 : 0]);
    to[width - 1] = greater(from[width - 1], from[width > 1 ? width - 2 : 0]);
  }
}

int32_t CKernelsPixels_dilate(const uint8_t *in, int32_t width, int32_t height, int32_t firstRow,
                              const int32_t *reach, int32_t rows, uint8_t *out) {
  size_t count = (size_t)width * (size_t)height;
  uint8_t *wide = malloc(count), *wider = malloc(count);
  int32_t most = -1, failed = !wide || !wider;
  for (int32_t k = 0; k < rows; k++) most = reach[k] > most ? reach[k] : most;
  memset(out, 0, count);
  if (!failed) memcpy(wide, in, count);
  for (int32_t r = 0; r <= most && !failed; r++) {
    for (int32_t k = 0; k < rows; k++) {
      if (reach[k] != r) continue;
      for (int32_t y = 0; y < height; y++) {
        int32_t row = y + firstRow + k;
        if (row < 0 || row >= height) continue;
        const uint8_t *from = wide + (size_t)row * (size_t)width;
        uint8_t *to = out + (size_t)y * (size_t)width;
        for (int32_t x = 0; x < width; x++) to[x] = greater(to[x], from[x]);
      }
    }
    widen(wide, width, height, wider);
    uint8_t *swap = wide;
    wide = wider;
    wider = swap;
  }
  free(wide);
  free(wider);
  return failed ? -1 : 0;
}

INLINE int32_t contains(uint32_t set, uint8_t class) { return class < 32 && set >> class & 1; }

void CKernelsPixels_matching(const uint8_t *classes, int32_t count, uint32_t set, uint8_t *out) {
  for (int32_t i = 0; i < count; i++) out[i] = contains(set, classes[i]) ? 255 : 0;
}

void CKernelsPixels_jaw(const uint8_t *narrow, const uint8_t *classes, int32_t width, int32_t height,
                        int32_t left, int32_t right, uint32_t never, uint32_t always, uint8_t *out) {
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++) {
      size_t at = (size_t)y * (size_t)width + (size_t)x;
      if (x <= left || x >= right) out[at] = narrow[at];
      if (contains(never, classes[at])) out[at] = 0;
      if (contains(always, classes[at])) out[at] = 255;
    }
}

// e^x for x <= 0, to 1e-4 of it; NaN counts as very little.
INLINE float decay(float x) {
  float t = (x > -60 ? x : -60) * 1.44269504f;
  int32_t whole = (int32_t)(t - 0.5f);
  float f = t - (float)whole;
  float p = 1 + f * (0.6931472f + f * (0.2402265f + f * (0.0555041f + f * 0.0096181f)));
  union {
    int32_t bits;
    float value;
  } power = {(whole + 127) << 23};
  return power.value * p;
}

enum { block = 256 };

INLINE void read_classes(const float *logits, int32_t classes, int32_t count, uint32_t members,
                         uint32_t hiding, uint8_t *likeliest, uint8_t *member, uint8_t *hidden) {
  for (int32_t start = 0; start < count; start += block) {
    int32_t n = count - start < block ? count - start : block;
    int32_t kind[block] = {0};
    float most[block], total[block] = {0}, inside[block] = {0}, before[block] = {0};
    memcpy(most, logits + start, (size_t)n * sizeof *most);
    for (int32_t c = 1; c < classes; c++) {
      const float *at = logits + (size_t)c * (size_t)count + (size_t)start;
      for (int32_t i = 0; i < n; i++) {
        kind[i] = at[i] > most[i] ? c : kind[i];
        most[i] = at[i] > most[i] ? at[i] : most[i];
      }
    }
    for (int32_t c = 0; c < classes; c++) {
      const float *at = logits + (size_t)c * (size_t)count + (size_t)start;
      float isMember = contains(members, (uint8_t)c) ? 255 : 0;
      float isHiding = contains(hiding, (uint8_t)c) ? 255 : 0;
      for (int32_t i = 0; i < n; i++) {
        float share = decay(at[i] - most[i]);
        total[i] += share;
        inside[i] += isMember * share;
        before[i] += isHiding * share;
      }
    }
    for (int32_t i = 0; i < n; i++) {
      likeliest[start + i] = (uint8_t)kind[i];
      member[start + i] = (uint8_t)(inside[i] / total[i] + 0.5f);
      hidden[start + i] = (uint8_t)(before[i] / total[i] + 0.5f);
    }
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void read_classes_avx2(
    const float *logits, int32_t classes, int32_t count, uint32_t members, uint32_t hiding,
    uint8_t *likeliest, uint8_t *member, uint8_t *hidden) {
  read_classes(logits, classes, count, members, hiding, likeliest, member, hidden);
}
#endif

void CKernelsPixels_classes(const float *logits, int32_t classes, int32_t count, uint32_t members,
                            uint32_t hiding, uint8_t *likeliest, uint8_t *member, uint8_t *hidden) {
#if defined(__x86_64__)
  if (CKernels_instruction_set() >= 1)
    return read_classes_avx2(logits, classes, count, members, hiding, likeliest, member, hidden);
#endif
  read_classes(logits, classes, count, members, hiding, likeliest, member, hidden);
}
