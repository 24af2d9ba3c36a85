#ifndef CKERNELS_IMAGING_H
#define CKERNELS_IMAGING_H
#include <stdint.h>

// Sampling, resizing and composing of picture planes. Coordinates are continuous: sample (i, j) of a
// plane has its centre at (i + 0.5, j + 0.5). Results are the same on every instruction set.

/// x' = a x - b y + tx, y' = b x + a y + ty.
typedef struct {
  double a, b, tx, ty;
} CKernelsImaging_similarity;

/// Averages squares of 2^shift samples: out[j][i] is the mean of the square whose index in the reduced
/// grid is (firstColumn + i, firstRow + j); beyond the plane its edge samples repeat.
void CKernelsImaging_reduce(const uint8_t *plane, int32_t width, int32_t height, int32_t shift,
                            int32_t firstColumn, int32_t firstRow, float *out, int32_t outWidth,
                            int32_t outHeight);

/// Bilinear samples out[size][size] of a float plane at toPlane(u + 0.5, v + 0.5), edges repeated;
/// with spread > 0 the mean of four samples at (u + 0.5 +- spread, v + 0.5 +- spread).
void CKernelsImaging_sample(const float *plane, int32_t width, int32_t height,
                            CKernelsImaging_similarity toPlane, float spread, int32_t size,
                            float *out);

/// Linear map between code values and colours: luma = lumaOffset + lumaScale * Y',
/// chroma = 128 + chromaScale * C, with Y' = red R + (1 - red - blue) G + blue B in [0, 1].
typedef struct {
  float red, blue, lumaOffset, lumaScale, chromaScale;
} CKernelsImaging_color;

/// YUV code values [count] each to planar RGB in [-1, 1], clamped: out [3][count].
void CKernelsImaging_to_rgb(const float *luma, const float *first, const float *second,
                            int32_t count, CKernelsImaging_color color, float *out);

/// Planar RGB in [-1, 1] (clamped) to interleaved texels [count][4]: mask (zero below 1/512), then mask
/// times the Y, U and V code values.
void CKernelsImaging_pack_texels(const float *mask, const float *rgb, int32_t count,
                                 CKernelsImaging_color color, float *out);

/// Bounds (left, right, top, bottom, in crop units) outside which texels have no influence.
void CKernelsImaging_texel_bounds(const float *texels, int32_t size, float bounds[4]);

/// Two planes [2][count] to pairs [count][2].
void CKernelsImaging_interleave(const float *planes, int32_t count, float *out);

/// 1 where no value is infinite or not a number.
int32_t CKernelsImaging_all_finite(const float *values, int32_t count);

/// Shrinks a square of interleaved float texels [size][size][channels] to [outSize][outSize][channels]
/// with a triangle filter as wide as the reduction asks; scratch holds size * outSize * channels floats.
void CKernelsImaging_shrink_texels(const float *in, int32_t size, int32_t channels, float *scratch,
                                   float *out, int32_t outSize);

/// Resizes a byte plane with a Catmull-Rom filter, widened where it shrinks. Output sample i lies at
/// source coordinate (i + 0.5) * width / outWidth + shiftX (rows alike, without a shift).
/// Returns 0, or -1 when memory is short.
int32_t CKernelsImaging_resize(const uint8_t *plane, int32_t width, int32_t height, double shiftX,
                               uint8_t *out, int32_t outWidth, int32_t outHeight);

/// The weight with which a painted mouth may change crop coordinates (x, y), both in [-1, 1].
float CKernelsImaging_effect_window(float x, float y);

/// One composition over one luma plane, or over the two chroma planes together.
typedef struct {
  const uint8_t *source[2];
  uint8_t *out[2];
  /// Texel channel of each plane (1 luma, 2 and 3 chroma).
  int32_t channel[2];
  int32_t planes, width, height;
  /// Plane coordinates -> crop coordinates in [-1, 1].
  CKernelsImaging_similarity toCrop;
  /// Flow in crop units -> plane samples: (x a - y b, x b + y a).
  float flowA, flowB;
  /// [flowSize][flowSize][2], x and y in crop units.
  const float *flow;
  int32_t flowSize;
  /// [texelSize][texelSize][4] as pack_texels makes them.
  const float *texels;
  int32_t texelSize;
  /// As texel_bounds gives them.
  float left, right, top, bottom;
  float strength;
} CKernelsImaging_composition;

/// Writes out = (1 - m) source(p + flow) + m inner for the samples of the given rectangle where the
/// effect window is above zero; other bytes of `out` are left as they are.
void CKernelsImaging_compose(const CKernelsImaging_composition *composition, int32_t firstColumn,
                             int32_t endColumn, int32_t firstRow, int32_t endRow);

#endif
