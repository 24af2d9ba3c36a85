// Products with packed weights: row tiles times column blocks, one running sum per result in the
// order of taps and depth, whatever the tile.

INLINE vf finish_value(const CKernels_product *p, vf y, int64_t row, int64_t column) {
  int64_t count = p->outputs - column;
  if (p->bias) y += get(p->bias + column, count);
  y = activate(y, p->activation);
  if (p->residual) y += get(p->residual + row * p->residual_stride + column, count);
  return activate(y, p->last_activation);
}

// The epilogue of a tile with activations or unfilled vectors; out of line, because the tiles are many.
static __attribute__((noinline)) void finish_any(const CKernels_product *p, int64_t row,
                                                 int64_t column, const vf *sums, int mr, int nv) {
  for (int j = 0; j < mr; j++)
    for (int v = 0; v < nv; v++) {
      int64_t at = column + v * VW;
      put(p->output, (row + j) * p->output_stride + at,
          finish_value(p, sums[j * nv + v], row + j, at), p->outputs - at, p->output_is_bf16);
    }
}

// The epilogue of a tile.
INLINE void finish_tile(const CKernels_product *p, int64_t row, int64_t column, vf *sums, int mr,
                        int nv) {
  if (p->activation | p->last_activation || column + nv * VW > p->outputs) {
    vf stored[LONG_TILE * BLOCK_VECTORS];  // the sums themselves have no address, to stay in registers
    UNROLL for (int i = 0; i < mr * nv; i++) stored[i] = sums[i];
    finish_any(p, row, column, stored, mr, nv);
    return;
  }
  UNROLL for (int v = 0; v < nv; v++) {
    vf bias = p->bias ? load(p->bias + column + v * VW) : (vf){};
    UNROLL for (int j = 0; j < mr; j++) sums[j * nv + v] += bias;
  }
  if (p->residual)
    UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++)
      sums[j * nv + v] += load(p->residual + (row + j) * p->residual_stride + column + v * VW);
  UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++)
    put(p->output, (row + j) * p->output_stride + column + v * VW, sums[j * nv + v], VW,
        p->output_is_bf16);
}

// Has what the epilogue will read and write fetched meanwhile.
INLINE void fetch_tile(const CKernels_product *p, int64_t row, int64_t column, int mr, int nv) {
  int64_t size = p->output_is_bf16 ? 2 : 4;
  UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++) {
    if (p->residual)
      __builtin_prefetch(p->residual + (row + j) * p->residual_stride + column + v * VW);
    __builtin_prefetch(
        (char *)p->output + ((row + j) * p->output_stride + column + v * VW) * size, 1);
  }
}

// Where a tile's rows begin in the input picture.
typedef struct {
  int64_t image[LONG_TILE];
  int32_t y[LONG_TILE], x[LONG_TILE];
} row_places;

INLINE void find_rows(const CKernels_product *p, int64_t row, int mr, row_places *places) {
  int64_t pixels = p->out_height * p->out_width, image = row / pixels, left = row % pixels;
  int64_t y = left / p->out_width, x = left % p->out_width;
  UNROLL for (int j = 0; j < mr; j++) {
    places->image[j] = image * p->in_height * p->in_width;
    places->y[j] = (int32_t)(y * p->stride - p->top);
    places->x[j] = (int32_t)(x * p->stride - p->left);
    if (++x < p->out_width) continue;
    x = 0;
    if (++y < p->out_height) continue;
    y = 0;
    image++;
  }
}

// Input pixels of a tile's rows for the tap at (dy, dx); zeros beyond the picture's edge.
INLINE void find_inputs(const CKernels_product *p, const row_places *places, int32_t dy, int32_t dx,
                        int mr, int size, const char **a) {
  int32_t factor = (int32_t)p->upsampling;
  uint32_t height = (uint32_t)(p->in_height * factor), width = (uint32_t)(p->in_width * factor);
  UNROLL for (int j = 0; j < mr; j++) {
    int32_t y = places->y[j] + dy, x = places->x[j] + dx;
    int is_inside = (uint32_t)y < height && (uint32_t)x < width;
    if (factor > 1) y /= factor, x /= factor;
    int64_t pixel = places->image[j] + y * p->in_width + x;
    a[j] = is_inside ? (const char *)p->input + pixel * p->input_stride * size
                     : (const char *)p->zeros;
  }
}

INLINE void tile(const CKernels_product *p, int64_t row, int64_t block, int mr, int nv,
                 int is_bf16) {
  const int size = is_bf16 ? 2 : 4;
  const int64_t column = block * BLOCK_VECTORS * VW;
  const char *w = (const char *)p->weights + column * p->taps * p->depth * size;
  const char *a[LONG_TILE];
  vf sums[LONG_TILE * BLOCK_VECTORS];
  UNROLL for (int i = 0; i < mr * nv; i++) sums[i] = (vf){};
  fetch_tile(p, row, column, mr, nv);
  if (!p->is_picture) {
    UNROLL for (int j = 0; j < mr; j++)
      a[j] = (const char *)p->input + (row + j) * p->input_stride * size;
    add_products(a, w, p->depth, sums, mr, nv, is_bf16);
  } else {
    row_places places;
    find_rows(p, row, mr, &places);
    for (int64_t tap = 0; tap < p->taps; tap++, w += nv * VW * p->depth * size) {
      find_inputs(p, &places, (int32_t)(tap / p->kernel_width * p->dilation),
                  (int32_t)(tap % p->kernel_width * p->dilation), mr, size, a);
      add_products(a, w, p->depth, sums, mr, nv, is_bf16);
    }
  }
  finish_tile(p, row, column, sums, mr, nv);
}

// One function per tile size, so that the sums stay in registers.
typedef void (*tile_function)(const CKernels_product *, int64_t row, int64_t block);
#define TILE_FUNCTION(kind, is_bf16, mr, nv)                                                       \
  static __attribute__((noinline)) void kind##_##mr##_##nv(const CKernels_product *p, int64_t row, \
                                                           int64_t block) {                        \
    tile(p, row, block, mr, nv, is_bf16);                                                          \
  }
#define TILE_ROWS(kind, is_bf16, nv)                                                               \
  TILE_FUNCTION(kind, is_bf16, 1, nv) TILE_FUNCTION(kind, is_bf16, 2, nv)                          \
  TILE_FUNCTION(kind, is_bf16, 3, nv) TILE_FUNCTION(kind, is_bf16, 4, nv)                          \
  TILE_FUNCTION(kind, is_bf16, 5, nv) TILE_FUNCTION(kind, is_bf16, 6, nv)
#define TILE_NAMES(kind, nv)                                                                       \
  { kind##_1_##nv, kind##_2_##nv, kind##_3_##nv, kind##_4_##nv, kind##_5_##nv, kind##_6_##nv }

#if BLOCK_VECTORS == 4
#define TILE_FAMILY(kind, is_bf16)                                                                 \
  TILE_ROWS(kind, is_bf16, 1) TILE_ROWS(kind, is_bf16, 2)                                          \
  TILE_ROWS(kind, is_bf16, 3) TILE_ROWS(kind, is_bf16, 4)                                          \
  TILE_FUNCTION(kind, is_bf16, 12, 1)                                                              \
  static const tile_function kind##_tiles[4][TILE] = {                                             \
      TILE_NAMES(kind, 1), TILE_NAMES(kind, 2), TILE_NAMES(kind, 3), TILE_NAMES(kind, 4)};
#else
#define TILE_FAMILY(kind, is_bf16)                                                                 \
  TILE_ROWS(kind, is_bf16, 1) TILE_ROWS(kind, is_bf16, 2)                                          \
  TILE_FUNCTION(kind, is_bf16, 12, 1)                                                              \
  static const tile_function kind##_tiles[2][TILE] = {TILE_NAMES(kind, 1), TILE_NAMES(kind, 2)};
#endif

TILE_FAMILY(tile_float, 0)
TILE_FAMILY(tile_bf16, 1)

INLINE void product_block(const CKernels_product *p, int64_t block, int64_t start, int64_t end,
                          const tile_function (*tiles)[TILE], tile_function long_tile) {
  int64_t columns = p->outputs - block * BLOCK_VECTORS * VW;
  int64_t vectors = (columns + VW - 1) / VW, row = start;
  const tile_function *sizes = tiles[(vectors < BLOCK_VECTORS ? vectors : BLOCK_VECTORS) - 1];
  if (vectors == 1)
    for (; row + LONG_TILE <= end; row += LONG_TILE) long_tile(p, row, block);
  for (; row < end; row += TILE) sizes[(end - row < TILE ? end - row : TILE) - 1](p, row, block);
}

INLINE void product_any(const void *context, int64_t task, const tile_function (*tiles)[TILE],
                        tile_function long_tile) {
  const CKernels_product *p = context;
  int64_t start = task % p->row_tasks * p->rows_per_task, end = start + p->rows_per_task;
  product_block(p, task / p->row_tasks, start, end < p->rows ? end : p->rows, tiles, long_tile);
}

static void product(const void *context, int64_t task, int64_t thread) {
  (void)thread;
  product_any(context, task, tile_float_tiles, tile_float_12_1);
}

static void product_bf16(const void *context, int64_t task, int64_t thread) {
  (void)thread;
  product_any(context, task, tile_bf16_tiles, tile_bf16_12_1);
}
