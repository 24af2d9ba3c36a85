// Products with packed weights: row tiles times column blocks, one running sum per result in the
// order of taps and depth, whatever the tile.
#define TILE 6
#define UNROLL _Pragma("clang loop unroll(full)")

// The epilogue of a tile; out of line, because the tiles are many.
static __attribute__((noinline)) void finish_tile(const CKernels_product *p, int64_t row,
                                                  int64_t column, const vf *sums, int mr, int nv) {
  for (int j = 0; j < mr; j++)
    for (int v = 0; v < nv; v++) {
      int64_t at = column + v * VW, count = p->outputs - at;
      vf y = sums[j * nv + v];
      if (p->bias) y += get(p->bias + at, count);
      if (p->activation) y = activate(y, p->activation);
      if (p->residual) y += get(p->residual + (row + j) * p->residual_stride + at, count);
      if (p->last_activation) y = activate(y, p->last_activation);
      put(p->output, (row + j) * p->output_stride + at, y, count, p->output_is_bf16);
    }
}

INLINE void tile_float(const CKernels_product *p, int64_t row, int64_t block, int mr, int nv) {
  vf sums[TILE][BLOCK_VECTORS];
  const float *w = (const float *)p->weights + block * BLOCK_VECTORS * VW * p->taps * p->depth;
  UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++) sums[j][v] = (vf){};
  for (int64_t tap = 0; tap < p->taps; tap++) {
    const float *a[TILE];
    UNROLL for (int j = 0; j < mr; j++) {
      int64_t at = p->offsets ? p->offsets[(row + j) * p->taps + tap] : (row + j) * p->input_stride;
      a[j] = at < 0 ? (const float *)p->zeros : (const float *)p->input + at;
    }
    for (int64_t k = 0; k < p->depth; k++) {
      vf b[BLOCK_VECTORS];
      UNROLL for (int v = 0; v < nv; v++) b[v] = load(w + v * VW);
      UNROLL for (int j = 0; j < mr; j++) {
        vf x = splat(a[j][k]);
        UNROLL for (int v = 0; v < nv; v++) sums[j][v] = fma_v(x, b[v], sums[j][v]);
      }
      w += nv * VW;
    }
  }
  vf done[TILE * BLOCK_VECTORS];
  UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++)
    done[j * nv + v] = sums[j][v];
  finish_tile(p, row, block * BLOCK_VECTORS * VW, done, mr, nv);
}

#ifdef BF16
INLINE void tile_bf16(const CKernels_product *p, int64_t row, int64_t block, int mr, int nv) {
  __m512 sums[TILE][BLOCK_VECTORS];
  const uint16_t *w =
      (const uint16_t *)p->weights + block * BLOCK_VECTORS * VW * p->taps * p->depth;
  UNROLL for (int j = 0; j < mr; j++)
    UNROLL for (int v = 0; v < nv; v++) sums[j][v] = _mm512_setzero_ps();
  for (int64_t tap = 0; tap < p->taps; tap++) {
    const uint16_t *a[TILE];
    UNROLL for (int j = 0; j < mr; j++) {
      int64_t at = p->offsets ? p->offsets[(row + j) * p->taps + tap] : (row + j) * p->input_stride;
      a[j] = at < 0 ? (const uint16_t *)p->zeros : (const uint16_t *)p->input + at;
    }
    for (int64_t k = 0; k < p->depth; k += 2) {
      __m512i b[BLOCK_VECTORS];
      UNROLL for (int v = 0; v < nv; v++) b[v] = _mm512_loadu_si512(w + v * VW * 2);
      UNROLL for (int j = 0; j < mr; j++) {
        int32_t pair;
        memcpy(&pair, a[j] + k, 4);
        __m512i x = _mm512_set1_epi32(pair);
        UNROLL for (int v = 0; v < nv; v++)
          sums[j][v] = _mm512_dpbf16_ps(sums[j][v], (__m512bh)x, (__m512bh)b[v]);
      }
      w += nv * VW * 2;
    }
  }
  vf done[TILE * BLOCK_VECTORS];
  UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++)
    done[j * nv + v] = (vf)sums[j][v];
  finish_tile(p, row, block * BLOCK_VECTORS * VW, done, mr, nv);
}
#endif

// One function per tile size, so that the sums stay in registers.
#define TILE_FUNCTION(kind, mr, nv)                                                            \
  static __attribute__((noinline)) void kind##_##mr##_##nv(const CKernels_product *p,          \
                                                           int64_t row, int64_t block) {       \
    kind(p, row, block, mr, nv);                                                               \
  }
#define TILE_ROWS(kind, nv)                                                                    \
  TILE_FUNCTION(kind, 1, nv) TILE_FUNCTION(kind, 2, nv) TILE_FUNCTION(kind, 3, nv)             \
  TILE_FUNCTION(kind, 4, nv) TILE_FUNCTION(kind, 5, nv) TILE_FUNCTION(kind, 6, nv)
#define TILE_NAMES(kind, nv)                                                                   \
  { kind##_1_##nv, kind##_2_##nv, kind##_3_##nv, kind##_4_##nv, kind##_5_##nv, kind##_6_##nv }

typedef void (*tile_function)(const CKernels_product *, int64_t row, int64_t block);

#if BLOCK_VECTORS == 4
#define TILE_FAMILY(kind)                                                                      \
  TILE_ROWS(kind, 1) TILE_ROWS(kind, 2) TILE_ROWS(kind, 3) TILE_ROWS(kind, 4)                  \
  static const tile_function kind##_tiles[4][TILE] = {                                         \
      TILE_NAMES(kind, 1), TILE_NAMES(kind, 2), TILE_NAMES(kind, 3), TILE_NAMES(kind, 4)};
#else
#define TILE_FAMILY(kind)                                                                      \
  TILE_ROWS(kind, 1) TILE_ROWS(kind, 2)                                                        \
  static const tile_function kind##_tiles[2][TILE] = {TILE_NAMES(kind, 1), TILE_NAMES(kind, 2)};
#endif

TILE_FAMILY(tile_float)
#ifdef BF16
TILE_FAMILY(tile_bf16)
#endif

INLINE void product_block(const CKernels_product *p, int64_t block, int64_t start, int64_t end,
                          const tile_function (*tiles)[TILE]) {
  int64_t columns = p->outputs - block * BLOCK_VECTORS * VW;
  int64_t vectors = (columns + VW - 1) / VW;
  const tile_function *sizes = tiles[(vectors < BLOCK_VECTORS ? vectors : BLOCK_VECTORS) - 1];
  for (int64_t row = start; row < end; row += TILE)
    sizes[(end - row < TILE ? end - row : TILE) - 1](p, row, block);
}

INLINE void product_any(const void *context, int64_t task, const tile_function (*tiles)[TILE]) {
  const CKernels_product *p = context;
  int64_t start = task % p->row_tasks * p->rows_per_task, end = start + p->rows_per_task;
  product_block(p, task / p->row_tasks, start, end < p->rows ? end : p->rows, tiles);
}

static void product(const void *context, int64_t task, int64_t thread) {
  (void)thread;
  product_any(context, task, tile_float_tiles);
}

#ifdef BF16
static void product_bf16(const void *context, int64_t task, int64_t thread) {
  (void)thread;
  product_any(context, task, tile_bf16_tiles);
}
#endif

static int64_t packed_count(int64_t outputs, int64_t depth) {
  return (outputs + VW - 1) / VW * VW * depth;
}

static void pack(const float *weight, int64_t outputs, int64_t depth, int64_t output_stride,
                 int64_t depth_stride, float *packed) {
  const int64_t block = BLOCK_VECTORS * VW;
  for (int64_t start = 0; start < outputs; start += block) {
    int64_t left = outputs - start;
    int64_t width = left < block ? (left + VW - 1) / VW * VW : block;
    int64_t real = left < width ? left : width;
    for (int64_t k = 0; k < depth; k++, packed += width) {
      const float *from = weight + start * output_stride + k * depth_stride;
      for (int64_t o = 0; o < real; o++) packed[o] = from[o * output_stride];
      for (int64_t o = real; o < width; o++) packed[o] = 0;
    }
  }
}

static uint16_t to_bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if (x != x) return 0x7fc0;
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static void pack_bf16(const float *weight, int64_t outputs, int64_t depth, uint16_t *packed) {
  const int64_t block = BLOCK_VECTORS * VW;
  for (int64_t start = 0; start < outputs; start += block) {
    int64_t left = outputs - start;
    int64_t width = left < block ? (left + VW - 1) / VW * VW : block;
    for (int64_t k = 0; k < depth; k += 2)
      for (int64_t o = 0; o < width; o++)
        for (int64_t i = 0; i < 2; i++)
          *packed++ = o < left ? to_bf16(weight[(start + o) * depth + k + i]) : 0;
  }
}
