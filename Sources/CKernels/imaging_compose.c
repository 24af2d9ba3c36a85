#include "CKernels.h"
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef float float4 __attribute__((vector_size(16)));
typedef uint8_t byte4 __attribute__((vector_size(4)));

// Written so that NaN becomes `low`.
INLINE float clamped(float x, float low, float high) {
  x = x > low ? x : low;
  return x < high ? x : high;
}

INLINE int32_t clamped_index(int32_t i, int32_t count) {
  return i < 0 ? 0 : i >= count ? count - 1 : i;
}

INLINE float smooth(float t) {
  t = clamped(t, 0, 1);
  return t * t * (3 - 2 * t);
}

INLINE float window(float x, float y) {
  float distance = x < 0 ? -x : x;
  return smooth((1 - distance) * (1 / 0.18f)) * smooth((y + 0.42f) * (1 / 0.24f)) *
         smooth((1 - y) * (1 / 0.14f));
}

float CKernelsImaging_effect_window(float x, float y) { return window(x, y); }

// Weights of the samples at -1, 0, 1 and 2 for a place t after sample 0; exact at t = 0.
INLINE float4 catmull_rom(float t) {
  const float4 c0 = {0, 1, 0, 0}, c1 = {-0.5f, 0, 0.5f, 0};
  const float4 c2 = {1, -2.5f, 2, -0.5f}, c3 = {-0.5f, 1.5f, -1.5f, 0.5f};
  return c0 + (c1 + (c2 + c3 * t) * t) * t;
}

INLINE float dot(float4 a, float4 b) {
  float4 product = a * b;
  return (product[0] + product[1]) + (product[2] + product[3]);
}

// Where a continuous coordinate falls among `count` samples: the sample at or before it, and how far on.
typedef struct {
  int32_t index;
  float fraction;
} place;

INLINE place place_of(float coordinate, int32_t count) {
  float position = clamped(coordinate - 0.5f, 0, (float)(count - 1));
  int32_t index = (int32_t)position;
  return (place){index, position - (float)index};
}

INLINE float4 byte_row(const uint8_t *at) {
  byte4 bytes;
  memcpy(&bytes, at, sizeof bytes);
  return __builtin_convertvector(bytes, float4);
}

INLINE float4 byte_row_at_edge(const uint8_t *plane, int32_t width, int32_t height, int32_t column,
                               int32_t row) {
  const uint8_t *line = plane + (size_t)clamped_index(row, height) * (size_t)width;
  float4 values;
  for (int32_t k = 0; k < 4; k++) values[k] = line[clamped_index(column + k, width)];
  return values;
}

// The 4x4 samples around a place of a byte plane.
INLINE float cubic_bytes(const uint8_t *plane, int32_t width, int32_t height, place x, place y) {
  float4 down = catmull_rom(y.fraction), sum = {0, 0, 0, 0};
  int32_t column = x.index - 1, row = y.index - 1;
  if (column >= 0 && row >= 0 && column + 4 <= width && row + 4 <= height) {
    const uint8_t *at = plane + (size_t)row * (size_t)width + (size_t)column;
    for (int32_t k = 0; k < 4; k++) sum += byte_row(at + (size_t)k * (size_t)width) * down[k];
  } else {
    for (int32_t k = 0; k < 4; k++)
      sum += byte_row_at_edge(plane, width, height, column, row + k) * down[k];
  }
  return dot(sum, catmull_rom(x.fraction));
}

INLINE float4 texel_at(const float *texels, int32_t size, int32_t column, int32_t row) {
  float4 texel;
  memcpy(&texel, texels + ((size_t)row * (size_t)size + (size_t)column) * 4, sizeof texel);
  return texel;
}

// The 4x4 texels around a place.
INLINE float4 cubic_texels(const float *texels, int32_t size, place x, place y) {
  float4 across = catmull_rom(x.fraction), down = catmull_rom(y.fraction), sum = {0, 0, 0, 0};
  int32_t column = x.index - 1, row = y.index - 1;
  int32_t inside = column >= 0 && row >= 0 && column + 4 <= size && row + 4 <= size;
  for (int32_t k = 0; k < 4; k++) {
    float4 line = {0, 0, 0, 0};
    int32_t from = inside ? row + k : clamped_index(row + k, size);
    for (int32_t l = 0; l < 4; l++)
      line += texel_at(texels, size, inside ? column + l : clamped_index(column + l, size), from) *
              across[l];
    sum += line * down[k];
  }
  return sum;
}

typedef struct {
  float x, y;
} vector2;

INLINE vector2 flow_at(const float *flow, int32_t size, float x, float y) {
  place column = place_of((x + 1) * 0.5f * (float)size, size);
  place row = place_of((y + 1) * 0.5f * (float)size, size);
  int32_t next = clamped_index(column.index + 1, size);
  const float *upper = flow + (size_t)row.index * (size_t)size * 2;
  const float *lower = flow + (size_t)clamped_index(row.index + 1, size) * (size_t)size * 2;
  float result[2];
  for (int32_t k = 0; k < 2; k++) {
    float a = upper[column.index * 2 + k], b = upper[next * 2 + k];
    float c = lower[column.index * 2 + k], d = lower[next * 2 + k];
    float top = a + (b - a) * column.fraction, bottom = c + (d - c) * column.fraction;
    result[k] = top + (bottom - top) * row.fraction;
  }
  return (vector2){result[0], result[1]};
}

// Window weight and crop coordinates of a run of samples in one row.
enum { RUN = 64 };
typedef struct {
  float x[RUN], y[RUN], weight[RUN];
} run;

INLINE void place_run(const CKernelsImaging_composition *c, int32_t column, int32_t row,
                      int32_t count, run *r) {
  CKernelsImaging_similarity t = c->toCrop;
  double px = column + 0.5, py = row + 0.5;
  double startX = t.a * px - t.b * py + t.tx, startY = t.b * px + t.a * py + t.ty;
  for (int32_t i = 0; i < count; i++) {
    r->x[i] = (float)(startX + t.a * i);
    r->y[i] = (float)(startY + t.b * i);
    r->weight[i] = window(r->x[i], r->y[i]) * c->strength;
  }
}

INLINE void compose_sample(const CKernelsImaging_composition *c, int32_t column, int32_t row,
                           float x, float y, float weight) {
  vector2 flow = flow_at(c->flow, c->flowSize, x, y);
  float dx = (flow.x * c->flowA - flow.y * c->flowB) * weight;
  float dy = (flow.x * c->flowB + flow.y * c->flowA) * weight;
  place fromX = place_of((float)column + 0.5f + dx, c->width);
  place fromY = place_of((float)row + 0.5f + dy, c->height);
  float4 texel = {0, 0, 0, 0};
  if (x >= c->left && x <= c->right && y >= c->top && y <= c->bottom) {
    float half = 0.5f * (float)c->texelSize;
    place u = place_of((x + 1) * half, c->texelSize), v = place_of((y + 1) * half, c->texelSize);
    texel = cubic_texels(c->texels, c->texelSize, u, v) * weight;
  }
  size_t to = (size_t)row * (size_t)c->width + (size_t)column;
  for (int32_t k = 0; k < c->planes; k++) {
    float moved = cubic_bytes(c->source[k], c->width, c->height, fromX, fromY);
    float value = (1 - texel[0]) * moved + texel[c->channel[k]];
    c->out[k][to] = (uint8_t)(clamped(value, 0, 255) + 0.5f);
  }
}

INLINE void compose(const CKernelsImaging_composition *c, int32_t firstColumn, int32_t endColumn,
                    int32_t firstRow, int32_t endRow) {
  run r;
  for (int32_t row = firstRow; row < endRow; row++) {
    for (int32_t column = firstColumn; column < endColumn; column += RUN) {
      int32_t count = endColumn - column < RUN ? endColumn - column : RUN;
      place_run(c, column, row, count, &r);
      for (int32_t i = 0; i < count; i++)
        if (r.weight[i] > 0) compose_sample(c, column + i, row, r.x[i], r.y[i], r.weight[i]);
    }
  }
}

#if defined(__x86_64__)
// No FMA: it would round differently, and every instruction set gives the same bytes.
__attribute__((target("avx2"))) static void compose_avx2(const CKernelsImaging_composition *c,
                                                         int32_t firstColumn, int32_t endColumn,
                                                         int32_t firstRow, int32_t endRow) {
  compose(c, firstColumn, endColumn, firstRow, endRow);
}
#endif

void CKernelsImaging_compose(const CKernelsImaging_composition *c, int32_t firstColumn,
                             int32_t endColumn, int32_t firstRow, int32_t endRow) {
#if defined(__x86_64__)
  if (CKernels_instruction_set() >= 1)
    return compose_avx2(c, firstColumn, endColumn, firstRow, endRow);
#endif
  compose(c, firstColumn, endColumn, firstRow, endRow);
}

static float from_unit(float x) { return (clamped(x, -1, 1) + 1) * 0.5f; }

// Less than half a code value of the strongest contrast: as good as nothing.
static const float leastMask = 1.0f / 512;

void CKernelsImaging_pack_texels(const float *mask, const float *rgb, int32_t count,
                                 CKernelsImaging_color color, float *out) {
  float green = 1 - color.red - color.blue;
  float toFirst = color.chromaScale * 0.5f / (1 - color.blue);
  float toSecond = color.chromaScale * 0.5f / (1 - color.red);
  for (int32_t i = 0; i < count; i++) {
    float r = from_unit(rgb[i]), g = from_unit(rgb[count + i]), b = from_unit(rgb[2 * count + i]);
    float luma = color.red * r + green * g + color.blue * b, m = mask[i] < leastMask ? 0 : mask[i];
    float4 texel = {m, m * (color.lumaOffset + color.lumaScale * luma),
                    m * (128 + toFirst * (b - luma)), m * (128 + toSecond * (r - luma))};
    memcpy(out + (size_t)i * 4, &texel, sizeof texel);
  }
}

void CKernelsImaging_texel_bounds(const float *texels, int32_t size, float bounds[4]) {
  int32_t left = size, right = -1, top = size, bottom = -1;
  for (int32_t row = 0; row < size; row++) {
    const float *line = texels + (size_t)row * (size_t)size * 4;
    int32_t first = 0, last = size - 1;
    while (first < size && line[first * 4] == 0) first++;
    if (first == size) continue;
    while (line[last * 4] == 0) last--;
    left = first < left ? first : left;
    right = last > right ? last : right;
    top = row < top ? row : top;
    bottom = row;
  }
  // A filter's support reaches two samples beyond the sample it is centred between.
  int32_t reach = right < 0 ? 0 : 3;
  float unit = 2.0f / (float)size;
  bounds[0] = (float)(left - reach) * unit - 1;
  bounds[1] = (float)(right + 1 + reach) * unit - 1;
  bounds[2] = (float)(top - reach) * unit - 1;
  bounds[3] = (float)(bottom + 1 + reach) * unit - 1;
}

void CKernelsImaging_interleave(const float *planes, int32_t count, float *out) {
  for (int32_t i = 0; i < count; i++) {
    out[2 * i] = planes[i];
    out[2 * i + 1] = planes[count + i];
  }
}

int32_t CKernelsImaging_all_finite(const float *values, int32_t count) {
  uint32_t bad = 0;
  for (int32_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, values + i, sizeof bits);
    bad |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return !bad;
}
