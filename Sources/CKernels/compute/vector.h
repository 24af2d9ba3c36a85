// Vectors of VW floats for the instruction set that the including file has switched on.
#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline, unused))

typedef float vf __attribute__((vector_size(VW * 4)));
typedef int32_t vi __attribute__((vector_size(VW * 4)));
typedef float vf_memory __attribute__((vector_size(VW * 4), aligned(4)));
typedef uint16_t vh_memory __attribute__((vector_size(VW * 2), aligned(2)));

INLINE vf load(const float *p) { return *(const vf_memory *)p; }
INLINE void store(float *p, vf v) { *(vf_memory *)p = v; }
// `x - 0` is x, also where x is -0, so that it costs no sum: only a load that fills all lanes.
INLINE vf splat(float x) { return x - (vf){}; }

INLINE vf load_part(const float *p, int64_t count) {
  float lanes[VW] = {0};
  memcpy(lanes, p, (size_t)count * 4);
  return load(lanes);
}
INLINE void store_part(float *p, vf v, int64_t count) {
  float lanes[VW];
  store(lanes, v);
  memcpy(p, lanes, (size_t)count * 4);
}

#if VW > 4
INLINE vf fma_v(vf a, vf b, vf c) { return __builtin_elementwise_fma(a, b, c); }
#else
INLINE vf fma_v(vf a, vf b, vf c) { return a * b + c; }
#endif

INLINE vf choose(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
// NaN stays NaN.
#if VW == 16
INLINE vf larger(vf x, vf y) { return (vf)_mm512_max_ps((__m512)x, (__m512)y); }
INLINE vf at_least(vf x, float lower) { return (vf)_mm512_max_ps((__m512)splat(lower), (__m512)x); }
INLINE vf at_most(vf x, float upper) { return (vf)_mm512_min_ps((__m512)splat(upper), (__m512)x); }
#else
INLINE vf larger(vf x, vf y) { return choose(x > y, x, y); }
INLINE vf at_least(vf x, float lower) { return choose(x < splat(lower), splat(lower), x); }
INLINE vf at_most(vf x, float upper) { return choose(x > splat(upper), splat(upper), x); }
#endif

// Halves are added until one lane is left: the same order for every instruction set's width.
INLINE float sum(vf v) {
  float lanes[VW];
  store(lanes, v);
  for (int width = VW / 2; width; width /= 2)
    for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
  return lanes[0];
}
INLINE float greatest(vf v) {
  float lanes[VW], most;
  store(lanes, v);
  most = lanes[0];
  for (int i = 1; i < VW; i++) most = lanes[i] > most ? lanes[i] : most;
  return most;
}

// bfloat16 by rounding to nearest, ties to even.
INLINE void store_bf16(uint16_t *p, vf v) {
#ifdef NATIVE_BF16
  _mm256_storeu_si256((__m256i *)p, (__m256i)_mm512_cvtneps_pbh((__m512)v));
#else
  vi bits = (vi)v;
  vi rounded = bits + 0x7fff + ((bits >> 16) & 1);
  rounded = (vi)choose(v == v, (vf)rounded, (vf)((vi){} + 0x7fc00000));
  typedef uint32_t vu __attribute__((vector_size(VW * 4)));
  *(vh_memory *)p = __builtin_convertvector((vu)rounded >> 16, vh_memory);
#endif
}

// Pairs of bf16, the first in the lower half of each lane. The sums of their products: the second's is added first, as
// the processors' own instruction does.
INLINE vi splat_pair(const uint16_t *p) {
  int32_t pair;
  memcpy(&pair, p, 4);
  return (vi){} + pair;
}
INLINE vi load_pairs(const uint16_t *p) {
  typedef int32_t vi_memory __attribute__((vector_size(VW * 4), aligned(2)));
  return *(const vi_memory *)p;
}
INLINE vf seconds(vi pairs) { return (vf)(pairs & (int32_t)0xffff0000); }
INLINE vf firsts(vi pairs) { return (vf)(pairs << 16); }
INLINE void store_bf16_part(uint16_t *p, vf v, int64_t count) {
  uint16_t lanes[VW];
  store_bf16(lanes, v);
  memcpy(p, lanes, (size_t)count * 2);
}

// Stores up to VW lanes at element `index`, as float or bf16.
INLINE void put(void *output, int64_t index, vf v, int64_t count, int32_t is_bf16) {
  if (is_bf16) {
    uint16_t *p = (uint16_t *)output + index;
    if (count >= VW) store_bf16(p, v);
    else store_bf16_part(p, v, count);
  } else {
    float *p = (float *)output + index;
    if (count >= VW) store(p, v);
    else store_part(p, v, count);
  }
}
INLINE vf get_bf16(const uint16_t *p, int64_t count) {
  typedef uint32_t vu __attribute__((vector_size(VW * 4)));
  uint16_t lanes[VW] = {0};
  if (count < VW) memcpy(lanes, p, (size_t)count * 2);
  return (vf)(__builtin_convertvector(*(const vh_memory *)(count < VW ? lanes : p), vu) << 16);
}

INLINE vf get(const float *p, int64_t count) { return count >= VW ? load(p) : load_part(p, count); }

// e^x: range reduction by multiples of ln 2 and Cephes' polynomial; relative error below 2e-7.
// Below -87.68 it is 0 and from 88.38 on infinite, by exponents beyond those of numbers.
INLINE vf exp_v(vf x) {
  x = at_most(at_least(x, -88.03f), 88.73f);
  vf n = x * 1.44269504f + 12582912.0f;
  n = n - 12582912.0f;
  vf r = fma_v(n, splat(-0.693359375f), x);
  r = fma_v(n, splat(2.12194440e-4f), r);
  vf p = fma_v(splat(1.9875691500e-4f), r, splat(1.3981999507e-3f));
  p = fma_v(p, r, splat(8.3334519073e-3f));
  p = fma_v(p, r, splat(4.1665795894e-2f));
  p = fma_v(p, r, splat(1.6666665459e-1f));
  p = fma_v(p, r, splat(5.0000001201e-1f));
  p = fma_v(p, r * r, r) + 1.0f;
  vi exponent = (__builtin_convertvector(choose(n == n, n, splat(0)), vi) + 127) << 23;
  return p * (vf)exponent;
}

INLINE vf sigmoid_v(vf x) { return 1.0f / (1.0f + exp_v(-x)); }

INLINE vf tanh_v(vf x) {
  vf magnitude = (vf)((vi)x & 0x7fffffff);
  vf square = x * x;
  vf p = fma_v(splat(-5.70498872745e-3f), square, splat(2.06390887954e-2f));
  p = fma_v(p, square, splat(-5.37397155531e-2f));
  p = fma_v(p, square, splat(1.33314422036e-1f));
  p = fma_v(p, square, splat(-3.33332819422e-1f));
  vf near = fma_v(p * square, x, x);
  vf far = 1.0f - 2.0f / (exp_v(2.0f * magnitude) + 1.0f);
  far = (vf)((vi)far | ((vi)x & (int32_t)0x80000000));
  return choose(magnitude < splat(0.625f), near, far);
}

// Abramowitz and Stegun 7.1.26, absolute error of erf below 2e-7.
INLINE vf gelu_v(vf x) {
  vf z = x * 0.70710678f;
  vf magnitude = (vf)((vi)z & 0x7fffffff);
  vf t = 1.0f / fma_v(magnitude, splat(0.3275911f), splat(1.0f));
  vf p = fma_v(splat(1.061405429f), t, splat(-1.453152027f));
  p = fma_v(p, t, splat(1.421413741f));
  p = fma_v(p, t, splat(-0.284496736f));
  p = fma_v(p, t, splat(0.254829592f));
  vf tail = p * t * exp_v(-magnitude * magnitude);
  // The limit changes nothing but infinity, which times no tail would not be a number.
  return choose(z < splat(0), 0.5f * x * tail, x - 0.5f * at_most(x, 100) * tail);
}

INLINE vf activate(vf x, int32_t kind) {
  switch (kind) {
    case CKernels_silu: return x * sigmoid_v(x);
    case CKernels_gelu: return gelu_v(x);
    case CKernels_relu: return at_least(x, 0);
    case CKernels_sigmoid: return sigmoid_v(x);
    case CKernels_tanh: return tanh_v(x);
    case CKernels_hard_sigmoid: return at_most(at_least(x / 6.0f + 0.5f, 0), 1);
    default: return x;
  }
}
