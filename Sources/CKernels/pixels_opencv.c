#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Weights are whole numbers that add up to about 2,048.
enum { weightBits = 11, mostTaps = 8 };

static inline int32_t clamped_index(int32_t i, int32_t count) {
  return i < 0 ? 0 : i >= count ? count - 1 : i;
}

static inline uint8_t byte(int32_t value) {
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Where each output sample of one axis is made from.
typedef struct {
  int32_t taps;
  int32_t *indices;
  int16_t *weights;
} axis;

static void fractional_weights(float fraction, int32_t taps, float *weights) {
  if (taps == 2) {
    weights[0] = 1 - fraction;
    weights[1] = fraction;
    return;
  }
  // Lanczos: sinc(d) sinc(d / 4) without the factor sin(pi d), which all taps share but for its sign. Single precision
  // where OpenCV has it: rounding to whole numbers then falls as it does there.
  float total = 0;
  for (int32_t k = 0; k < taps; k++) {
    float distance = fraction + (float)(taps / 2 - 1 - k);
    double angle = (double)distance * M_PI / 4, sign = k % 2 == 0 ? -1 : 1;
    weights[k] =
        fabsf(distance) < 1e-6f ? 1e30f : (float)(sign * sin(angle) / (angle * angle));
    total += weights[k];
  }
  total = 1 / total;
  for (int32_t k = 0; k < taps; k++) weights[k] *= total;
}

static int32_t make_axis(int32_t size, int32_t outSize, int32_t taps, int32_t snapsToEdges,
                         axis *a) {
  size_t count = (size_t)outSize * (size_t)taps;
  a->taps = taps;
  a->indices = malloc(count * sizeof *a->indices);
  a->weights = malloc(count * sizeof *a->weights);
  if (!a->indices || !a->weights) return -1;
  double scale = 1 / ((double)outSize / size);
  for (int32_t o = 0; o < outSize; o++) {
    float place = (float)((o + 0.5) * scale - 0.5), fraction, weights[mostTaps];
    int32_t first = (int32_t)floorf(place);
    fraction = place - (float)first;
    // Two equal samples with rounded weights are not always one.
    if (snapsToEdges && (first < 0 || first >= size - 1)) fraction = 0;
    fractional_weights(fraction, taps, weights);
    for (int32_t k = 0; k < taps; k++) {
      size_t at = (size_t)o * (size_t)taps + (size_t)k;
      a->indices[at] = clamped_index(first - taps / 2 + 1 + k, size);
      a->weights[at] = (int16_t)lrintf(weights[k] * (1 << weightBits));
    }
  }
  return 0;
}

static void across(const axis *a, const uint8_t *row, int32_t channels, int32_t *out,
                   int32_t outWidth) {
  for (int32_t o = 0; o < outWidth; o++) {
    const int32_t *indices = a->indices + (size_t)o * (size_t)a->taps;
    const int16_t *weights = a->weights + (size_t)o * (size_t)a->taps;
    for (int32_t c = 0; c < channels; c++) {
      int32_t sum = 0;
      for (int32_t k = 0; k < a->taps; k++) sum += weights[k] * row[indices[k] * channels + c];
      out[o * channels + c] = sum;
    }
  }
}

static void down_lanczos(const int32_t *const *rows, const int16_t *weights, int32_t count,
                         uint8_t *out) {
  for (int32_t i = 0; i < count; i++) {
    int32_t sum = 1 << (2 * weightBits - 1);
    for (int32_t k = 0; k < 8; k++) sum += weights[k] * rows[k][i];
    out[i] = byte(sum >> (2 * weightBits));
  }
}

static void down_bilinear(const int32_t *const *rows, const int16_t *weights, int32_t count,
                          uint8_t *out) {
  for (int32_t i = 0; i < count; i++) {
    int32_t upper = (weights[0] * (rows[0][i] >> 4)) >> 16;
    int32_t lower = (weights[1] * (rows[1][i] >> 4)) >> 16;
    out[i] = byte((upper + lower + 2) >> 2);
  }
}

static int32_t resize(const uint8_t *in, int32_t width, int32_t height, int32_t channels,
                      uint8_t *out, int32_t outWidth, int32_t outHeight, int32_t taps) {
  axis x = {0}, y = {0};
  size_t line = (size_t)outWidth * (size_t)channels;
  int32_t *lines = malloc(line * (size_t)height * sizeof *lines);
  int32_t failed = !lines || make_axis(width, outWidth, taps, taps == 2, &x) ||
                   make_axis(height, outHeight, taps, 0, &y);
  if (!failed) {
    for (int32_t row = 0; row < height; row++)
      across(&x, in + (size_t)row * (size_t)width * (size_t)channels, channels,
             lines + (size_t)row * line, outWidth);
    for (int32_t row = 0; row < outHeight; row++) {
      const int32_t *rows[mostTaps];
      const int16_t *weights = y.weights + (size_t)row * (size_t)taps;
      for (int32_t k = 0; k < taps; k++)
        rows[k] = lines + (size_t)y.indices[(size_t)row * (size_t)taps + (size_t)k] * line;
      if (taps == 2)
        down_bilinear(rows, weights, (int32_t)line, out + (size_t)row * line);
      else
        down_lanczos(rows, weights, (int32_t)line, out + (size_t)row * line);
    }
  }
  free(lines);
  free(x.indices);
  free(x.weights);
  free(y.indices);
  free(y.weights);
  return failed ? -1 : 0;
}

// OpenCV halves both sides with plain means when it is asked for bilinear filtering.
static void halve(const uint8_t *in, int32_t channels, uint8_t *out, int32_t outWidth,
                  int32_t outHeight) {
  size_t line = (size_t)outWidth * 2 * (size_t)channels;
  for (int32_t y = 0; y < outHeight; y++)
    for (int32_t x = 0; x < outWidth; x++)
      for (int32_t c = 0; c < channels; c++) {
        const uint8_t *at = in + (size_t)y * 2 * line + (size_t)(x * 2 * channels + c);
        *out++ = (uint8_t)((at[0] + at[channels] + at[line] + at[line + (size_t)channels] + 2) >> 2);
      }
}

int32_t CKernelsPixels_resize_opencv(const uint8_t *in, int32_t width, int32_t height,
                                     int32_t channels, uint8_t *out, int32_t outWidth,
                                     int32_t outHeight, int32_t isLanczos) {
  if (width == outWidth && height == outHeight) {
    memcpy(out, in, (size_t)width * (size_t)height * (size_t)channels);
    return 0;
  }
  if (!isLanczos && width == 2 * outWidth && height == 2 * outHeight) {
    halve(in, channels, out, outWidth, outHeight);
    return 0;
  }
  return resize(in, width, height, channels, out, outWidth, outHeight, isLanczos ? 8 : 2);
}

// The 32 x 32 weights of four neighbours, which add up to 32,768.
static void warp_weights(int32_t weights[32][32][4]) {
  for (int32_t j = 0; j < 32; j++)
    for (int32_t i = 0; i < 32; i++) {
      int32_t *at = weights[j][i];
      at[0] = (32 - j) * (32 - i) * 32;
      at[1] = (32 - j) * i * 32;
      at[2] = j * (32 - i) * 32;
      at[3] = j * i * 32;
    }
}

void CKernelsPixels_warp(const uint8_t *in, int32_t width, int32_t height, int32_t channels,
                         const double inverse[6], uint8_t *out, int32_t outWidth,
                         int32_t outHeight) {
  int32_t weights[32][32][4];
  warp_weights(weights);
  for (int32_t row = 0; row < outHeight; row++) {
    int64_t startX = llrint((inverse[1] * row + inverse[2]) * 1024) + 16;
    int64_t startY = llrint((inverse[4] * row + inverse[5]) * 1024) + 16;
    for (int32_t column = 0; column < outWidth; column++) {
      int64_t x = (startX + llrint(inverse[0] * column * 1024)) >> 5;
      int64_t y = (startY + llrint(inverse[3] * column * 1024)) >> 5;
      const int32_t *w = weights[y & 31][x & 31];
      int64_t left = x >> 5, top = y >> 5;
      for (int32_t c = 0; c < channels; c++) {
        int32_t sum = 1 << 14;
        for (int32_t k = 0; k < 4; k++) {
          int64_t i = left + (k & 1), j = top + (k >> 1);
          if (i >= 0 && j >= 0 && i < width && j < height)
            sum += w[k] * in[((size_t)j * (size_t)width + (size_t)i) * (size_t)channels + (size_t)c];
        }
        *out++ = (uint8_t)(sum >> 15);
      }
    }
  }
}
