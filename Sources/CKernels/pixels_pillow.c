#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { weightBits = 22 };

static double triangle(double x) {
  x = fabs(x);
  return x < 1 ? 1 - x : 0;
}

static double cubic(double x) {
  x = fabs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return 0;
}

// For each output sample of one axis: the first sample that it is made from, how many, and their weights.
typedef struct {
  int32_t most;
  int32_t *first, *count, *weights;
} axis;

static void free_axis(axis *a) {
  free(a->first);
  free(a->count);
  free(a->weights);
}

static int32_t make_axis(int32_t size, int32_t outSize, int32_t isCubic, axis *a) {
  double scale = (double)size / outSize, stretch = scale > 1 ? scale : 1;
  double reach = (isCubic ? 2 : 1) * stretch;
  a->most = (int32_t)ceil(reach) * 2 + 1;
  a->first = malloc((size_t)outSize * sizeof *a->first);
  a->count = malloc((size_t)outSize * sizeof *a->count);
  a->weights = malloc((size_t)outSize * (size_t)a->most * sizeof *a->weights);
  double *values = malloc((size_t)a->most * sizeof *values);
  int32_t failed = !a->first || !a->count || !a->weights || !values;
  for (int32_t o = 0; o < outSize && !failed; o++) {
    double centre = (o + 0.5) * scale, total = 0;
    int32_t from = (int32_t)(centre - reach + 0.5), to = (int32_t)(centre + reach + 0.5);
    from = from < 0 ? 0 : from;
    to = to > size ? size : to;
    for (int32_t i = from; i < to; i++) {
      double distance = (i - centre + 0.5) * (1 / stretch);
      total += values[i - from] = isCubic ? cubic(distance) : triangle(distance);
    }
    int32_t *weights = a->weights + (size_t)o * (size_t)a->most;
    for (int32_t k = 0; k < to - from; k++) {
      double weight = (total != 0 ? values[k] / total : values[k]) * (1 << weightBits);
      weights[k] = (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    a->first[o] = from;
    a->count[o] = to - from;
  }
  free(values);
  return failed ? -1 : 0;
}

static inline uint8_t rounded(int32_t sum) {
  int32_t value = sum >> weightBits;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

static void across(const axis *a, const uint8_t *row, int32_t channels, uint8_t *out,
                   int32_t outWidth) {
  for (int32_t o = 0; o < outWidth; o++) {
    const int32_t *weights = a->weights + (size_t)o * (size_t)a->most;
    for (int32_t c = 0; c < channels; c++) {
      const uint8_t *at = row + a->first[o] * channels + c;
      int32_t sum = 1 << (weightBits - 1);
      for (int32_t k = 0; k < a->count[o]; k++) sum += weights[k] * at[k * channels];
      out[o * channels + c] = rounded(sum);
    }
  }
}

static void down(const axis *a, int32_t o, const uint8_t *lines, size_t line, int32_t *sums,
                 uint8_t *out) {
  const int32_t *weights = a->weights + (size_t)o * (size_t)a->most;
  for (size_t i = 0; i < line; i++) sums[i] = 1 << (weightBits - 1);
  for (int32_t k = 0; k < a->count[o]; k++) {
    const uint8_t *from = lines + (size_t)(a->first[o] + k) * line;
    for (size_t i = 0; i < line; i++) sums[i] += weights[k] * from[i];
  }
  for (size_t i = 0; i < line; i++) out[i] = rounded(sums[i]);
}

int32_t CKernelsPixels_resize_pillow(const uint8_t *in, int32_t width, int32_t height,
                                     int32_t channels, uint8_t *out, int32_t outWidth,
                                     int32_t outHeight, int32_t isCubic) {
  axis x = {0}, y = {0};
  size_t line = (size_t)outWidth * (size_t)channels, inLine = (size_t)width * (size_t)channels;
  uint8_t *lines = malloc(line * (size_t)height);
  int32_t *sums = malloc(line * sizeof *sums);
  int32_t failed = !lines || !sums || make_axis(width, outWidth, isCubic, &x) ||
                   make_axis(height, outHeight, isCubic, &y);
  if (!failed) {
    if (width == outWidth)
      memcpy(lines, in, line * (size_t)height);
    else
      for (int32_t row = 0; row < height; row++)
        across(&x, in + (size_t)row * inLine, channels, lines + (size_t)row * line, outWidth);
    if (height == outHeight)
      memcpy(out, lines, line * (size_t)height);
    else
      for (int32_t row = 0; row < outHeight; row++)
        down(&y, row, lines, line, sums, out + (size_t)row * line);
  }
  free(lines);
  free(sums);
  free_axis(&x);
  free_axis(&y);
  return failed ? -1 : 0;
}

void CKernelsPixels_blend(const uint8_t *in, const uint8_t *mask, int32_t count, int32_t channels,
                          uint8_t *out) {
  for (int32_t i = 0; i < count; i++)
    for (int32_t c = 0; c < channels; c++) {
      uint32_t at = (uint32_t)(i * channels + c);
      uint32_t sum = (uint32_t)out[at] * (255u - mask[i]) + (uint32_t)in[at] * mask[i] + 128;
      out[at] = (uint8_t)(((sum >> 8) + sum) >> 8);
    }
}
