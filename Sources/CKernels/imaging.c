#include "CKernels.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE float clamped(float x, float low, float high) {
  x = x > low ? x : low;
  return x < high ? x : high;
}

INLINE int32_t clamped_index(int32_t i, int32_t count) {
  return i < 0 ? 0 : i >= count ? count - 1 : i;
}

void CKernelsImaging_reduce(const uint8_t *plane, int32_t width, int32_t height, int32_t shift,
                            int32_t firstColumn, int32_t firstRow, float *out, int32_t outWidth,
                            int32_t outHeight) {
  int32_t side = 1 << shift;
  float scale = 1.0f / ((float)side * (float)side);
  for (int32_t j = 0; j < outHeight; j++) {
    for (int32_t i = 0; i < outWidth; i++) {
      int32_t left = (firstColumn + i) * side, top = (firstRow + j) * side;
      uint32_t sum = 0;
      if (left >= 0 && top >= 0 && left + side <= width && top + side <= height) {
        for (int32_t y = top; y < top + side; y++)
          for (int32_t x = left; x < left + side; x++)
            sum += plane[(size_t)y * (size_t)width + (size_t)x];
      } else {
        for (int32_t y = top; y < top + side; y++)
          for (int32_t x = left; x < left + side; x++)
            sum += plane[(size_t)clamped_index(y, height) * (size_t)width +
                         (size_t)clamped_index(x, width)];
      }
      out[(size_t)j * (size_t)outWidth + (size_t)i] = (float)sum * scale;
    }
  }
}

INLINE float bilinear(const float *plane, int32_t width, int32_t height, float x, float y) {
  float px = clamped(x - 0.5f, 0, (float)(width - 1));
  float py = clamped(y - 0.5f, 0, (float)(height - 1));
  int32_t column = (int32_t)px, row = (int32_t)py;
  int32_t right = column + 1 < width ? 1 : 0, below = row + 1 < height ? width : 0;
  float fx = px - (float)column, fy = py - (float)row;
  const float *at = plane + row * width + column;
  float top = at[0] + (at[right] - at[0]) * fx;
  float bottom = at[below] + (at[below + right] - at[below]) * fx;
  return top + (bottom - top) * fy;
}

INLINE void sample_row(const float *plane, int32_t width, int32_t height,
                       CKernelsImaging_similarity t, float du, float dv, int32_t row, int32_t size,
                       float *out) {
  double v = row + 0.5 + (double)dv, u = 0.5 + (double)du;
  float startX = (float)(t.a * u - t.b * v + t.tx), startY = (float)(t.b * u + t.a * v + t.ty);
  float stepX = (float)t.a, stepY = (float)t.b;
  for (int32_t i = 0; i < size; i++)
    out[i] += bilinear(plane, width, height, startX + stepX * (float)i, startY + stepY * (float)i);
}

INLINE void sample(const float *plane, int32_t width, int32_t height, CKernelsImaging_similarity t,
                   float spread, int32_t size, float *out) {
  memset(out, 0, sizeof(float) * (size_t)size * (size_t)size);
  for (int32_t row = 0; row < size; row++) {
    float *line = out + (size_t)row * (size_t)size;
    if (spread > 0) {
      sample_row(plane, width, height, t, -spread, -spread, row, size, line);
      sample_row(plane, width, height, t, spread, -spread, row, size, line);
      sample_row(plane, width, height, t, -spread, spread, row, size, line);
      sample_row(plane, width, height, t, spread, spread, row, size, line);
      for (int32_t i = 0; i < size; i++) line[i] *= 0.25f;
    } else {
      sample_row(plane, width, height, t, 0, 0, row, size, line);
    }
  }
}

#if defined(__x86_64__)
// No FMA: it would round differently, and every instruction set gives the same values.
__attribute__((target("avx2"))) static void sample_avx2(const float *plane, int32_t width,
                                                        int32_t height,
                                                        CKernelsImaging_similarity t, float spread,
                                                        int32_t size, float *out) {
  sample(plane, width, height, t, spread, size, out);
}
#endif

void CKernelsImaging_sample(const float *plane, int32_t width, int32_t height,
                            CKernelsImaging_similarity t, float spread, int32_t size, float *out) {
#if defined(__x86_64__)
  if (CKernels_instruction_set() >= 1)
    return sample_avx2(plane, width, height, t, spread, size, out);
#endif
  sample(plane, width, height, t, spread, size, out);
}

void CKernelsImaging_to_rgb(const float *luma, const float *first, const float *second,
                            int32_t count, CKernelsImaging_color color, float *out) {
  float green = 1 - color.red - color.blue;
  float fromFirst = 2 * (1 - color.blue) / color.chromaScale;
  float fromSecond = 2 * (1 - color.red) / color.chromaScale;
  for (int32_t i = 0; i < count; i++) {
    float y = (luma[i] - color.lumaOffset) / color.lumaScale;
    float b = y + fromFirst * (first[i] - 128), r = y + fromSecond * (second[i] - 128);
    float g = (y - color.red * r - color.blue * b) / green;
    out[i] = clamped(2 * r - 1, -1, 1);
    out[count + i] = clamped(2 * g - 1, -1, 1);
    out[2 * count + i] = clamped(2 * b - 1, -1, 1);
  }
}

// One line of `in` (samples `step` apart, each of `channels` floats) shrunk with a triangle filter.
static void shrink_line(const float *in, size_t step, int32_t size, int32_t channels, float *out,
                        size_t outStep, int32_t outSize) {
  float ratio = (float)size / (float)outSize, reach = ratio > 1 ? ratio : 1;
  for (int32_t o = 0; o < outSize; o++) {
    float centre = ((float)o + 0.5f) * ratio - 0.5f, total = 0, sums[4] = {0, 0, 0, 0};
    int32_t from = (int32_t)ceilf(centre - reach), to = (int32_t)floorf(centre + reach);
    for (int32_t i = from; i <= to; i++) {
      float weight = 1 - fabsf((float)i - centre) / reach;
      const float *at = in + (size_t)clamped_index(i, size) * step;
      total += weight;
      for (int32_t k = 0; k < channels; k++) sums[k] += weight * at[k];
    }
    for (int32_t k = 0; k < channels; k++) out[(size_t)o * outStep + (size_t)k] = sums[k] / total;
  }
}

void CKernelsImaging_shrink_texels(const float *in, int32_t size, int32_t channels, float *scratch,
                                   float *out, int32_t outSize) {
  size_t texel = (size_t)channels, line = (size_t)size * texel, outLine = (size_t)outSize * texel;
  for (int32_t row = 0; row < size; row++)
    shrink_line(in + (size_t)row * line, texel, size, channels, scratch + (size_t)row * outLine,
                texel, outSize);
  for (int32_t column = 0; column < outSize; column++)
    shrink_line(scratch + (size_t)column * texel, outLine, size, channels,
                out + (size_t)column * texel, outLine, outSize);
}

static float cubic(float x) {
  x = fabsf(x);
  if (x < 1) return (1.5f * x - 2.5f) * x * x + 1;
  if (x < 2) return ((-0.5f * x + 2.5f) * x - 4) * x + 2;
  return 0;
}

// For each output sample, `taps` source indices and weights that sum to 1.
typedef struct {
  int32_t taps;
  int32_t *indices;
  float *weights;
} filter;

static int32_t make_filter(int32_t size, int32_t outSize, double shift, filter *f) {
  double ratio = (double)size / outSize;
  double stretch = ratio > 1 ? ratio : 1;
  f->taps = (int32_t)ceil(4 * stretch) + 1;
  size_t count = (size_t)f->taps * (size_t)outSize;
  f->indices = malloc(count * sizeof *f->indices);
  f->weights = malloc(count * sizeof *f->weights);
  if (!f->indices || !f->weights) return -1;
  for (int32_t o = 0; o < outSize; o++) {
    double centre = (o + 0.5) * ratio + shift - 0.5;
    int32_t from = (int32_t)ceil(centre - 2 * stretch);
    float total = 0, *weights = f->weights + (size_t)o * (size_t)f->taps;
    for (int32_t k = 0; k < f->taps; k++) {
      weights[k] = cubic((float)((from + k - centre) / stretch));
      f->indices[(size_t)o * (size_t)f->taps + (size_t)k] = clamped_index(from + k, size);
      total += weights[k];
    }
    for (int32_t k = 0; k < f->taps; k++) weights[k] /= total;
  }
  return 0;
}

static void resize_row(const filter *down, const filter *across, const uint8_t *plane,
                       int32_t width, int32_t row, float *line, uint8_t *out, int32_t outWidth) {
  memset(line, 0, (size_t)width * sizeof *line);
  for (int32_t k = 0; k < down->taps; k++) {
    float weight = down->weights[(size_t)row * (size_t)down->taps + (size_t)k];
    const uint8_t *from =
        plane + (size_t)down->indices[(size_t)row * (size_t)down->taps + (size_t)k] * (size_t)width;
    if (weight != 0)
      for (int32_t x = 0; x < width; x++) line[x] += weight * (float)from[x];
  }
  for (int32_t o = 0; o < outWidth; o++) {
    const float *weights = across->weights + (size_t)o * (size_t)across->taps;
    const int32_t *indices = across->indices + (size_t)o * (size_t)across->taps;
    float sum = 0;
    for (int32_t k = 0; k < across->taps; k++) sum += weights[k] * line[indices[k]];
    out[(size_t)row * (size_t)outWidth + (size_t)o] = (uint8_t)(clamped(sum, 0, 255) + 0.5f);
  }
}

int32_t CKernelsImaging_resize(const uint8_t *plane, int32_t width, int32_t height, double shiftX,
                               uint8_t *out, int32_t outWidth, int32_t outHeight) {
  filter across = {0}, down = {0};
  float *line = malloc((size_t)width * sizeof *line);
  int32_t failed = !line || make_filter(width, outWidth, shiftX, &across) ||
                   make_filter(height, outHeight, 0, &down);
  if (!failed)
    for (int32_t row = 0; row < outHeight; row++)
      resize_row(&down, &across, plane, width, row, line, out, outWidth);
  free(line);
  free(across.indices);
  free(across.weights);
  free(down.indices);
  free(down.weights);
  return failed ? -1 : 0;
}
