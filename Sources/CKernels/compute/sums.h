// Sums of a few rows times a few vectors of columns, in registers: what all products are made of.
#define TILE 6        // rows
#define LONG_TILE 12  // rows where one vector of columns leaves registers free
#define UNROLL _Pragma("clang loop unroll(full)")

INLINE void add_float(const char **a, const float *w, int64_t depth, vf *sums, int mr, int nv) {
  for (int64_t k = 0; k < depth; k++, w += nv * VW) {
    vf b[BLOCK_VECTORS];
    UNROLL for (int v = 0; v < nv; v++) b[v] = load(w + v * VW);
    UNROLL for (int j = 0; j < mr; j++) {
      vf x = splat(((const float *)a[j])[k]);
      UNROLL for (int v = 0; v < nv; v++) sums[j * nv + v] = fma_v(x, b[v], sums[j * nv + v]);
    }
  }
}

#ifdef NATIVE_BF16
INLINE void add_bf16(const char **a, const uint16_t *w, int64_t depth, vf *sums, int mr, int nv) {
  for (int64_t k = 0; k < depth; k += 2, w += nv * VW * 2) {
    vi b[BLOCK_VECTORS];
    UNROLL for (int v = 0; v < nv; v++) b[v] = load_pairs(w + v * VW * 2);
    UNROLL for (int j = 0; j < mr; j++) {
      vi x = splat_pair((const uint16_t *)a[j] + k);
      UNROLL for (int v = 0; v < nv; v++)
        sums[j * nv + v] = (vf)_mm512_dpbf16_ps((__m512)sums[j * nv + v], (__m512bh)x,
                                                (__m512bh)b[v]);
    }
  }
}
#else
// bf16 is widened to float beside the products: half the memory, at two thirds of float's speed.
INLINE void add_bf16(const char **a, const uint16_t *w, int64_t depth, vf *sums, int mr, int nv) {
  for (int64_t k = 0; k < depth; k += 2, w += nv * VW * 2) {
    vf b[BLOCK_VECTORS];
    UNROLL for (int v = 0; v < nv; v++) b[v] = seconds(load_pairs(w + v * VW * 2));
    UNROLL for (int j = 0; j < mr; j++) {
      vf x = seconds(splat_pair((const uint16_t *)a[j] + k));
      UNROLL for (int v = 0; v < nv; v++) sums[j * nv + v] = fma_v(x, b[v], sums[j * nv + v]);
    }
    UNROLL for (int v = 0; v < nv; v++) b[v] = firsts(load_pairs(w + v * VW * 2));
    UNROLL for (int j = 0; j < mr; j++) {
      vf x = firsts(splat_pair((const uint16_t *)a[j] + k));
      UNROLL for (int v = 0; v < nv; v++) sums[j * nv + v] = fma_v(x, b[v], sums[j * nv + v]);
    }
  }
}
#endif

// Adds `depth` products to each of a tile's sums.
INLINE void add_products(const char **a, const void *w, int64_t depth, vf *sums, int mr, int nv,
                         int is_bf16) {
  if (is_bf16) {
    add_bf16(a, w, depth, sums, mr, nv);
    return;
  }
  add_float(a, w, depth, sums, mr, nv);
}

// Stores the sums of `mr` rows of `a`, `a_stride` bytes apart, as they are.
INLINE void sums_of(const char *a, int64_t a_stride, const void *w, int64_t depth, float *to,
                    int64_t to_stride, int mr, int nv, int is_bf16) {
  const char *rows[TILE];
  vf sums[TILE * BLOCK_VECTORS];
  UNROLL for (int j = 0; j < mr; j++) rows[j] = a + j * a_stride;
  UNROLL for (int i = 0; i < mr * nv; i++) sums[i] = (vf){};
  add_products(rows, w, depth, sums, mr, nv, is_bf16);
  UNROLL for (int j = 0; j < mr; j++) UNROLL for (int v = 0; v < nv; v++)
    store(to + j * to_stride + v * VW, sums[j * nv + v]);
}

#define SUMS_FUNCTIONS(name, is_bf16)                                                              \
  static __attribute__((noinline)) void name(const char *a, int64_t a_stride, const void *w,       \
                                             int64_t depth, float *to, int64_t to_stride,          \
                                             int64_t nv) {                                         \
    switch (nv) {                                                                                  \
      case 1: sums_of(a, a_stride, w, depth, to, to_stride, TILE, 1, is_bf16); break;              \
      case 2: sums_of(a, a_stride, w, depth, to, to_stride, TILE, 2, is_bf16); break;              \
      case 3:                                                                                      \
        if (BLOCK_VECTORS > 2) sums_of(a, a_stride, w, depth, to, to_stride, TILE, 3, is_bf16);    \
        break;                                                                                     \
      default:                                                                                     \
        if (BLOCK_VECTORS > 3) sums_of(a, a_stride, w, depth, to, to_stride, TILE, 4, is_bf16);    \
    }                                                                                              \
  }                                                                                                \
  static __attribute__((noinline)) void name##_of_row(const char *a, const void *w, int64_t depth, \
                                                      float *to, int64_t nv) {                     \
    switch (nv) {                                                                                  \
      case 1: sums_of(a, 0, w, depth, to, 0, 1, 1, is_bf16); break;                                \
      case 2: sums_of(a, 0, w, depth, to, 0, 1, 2, is_bf16); break;                                \
      case 3: if (BLOCK_VECTORS > 2) sums_of(a, 0, w, depth, to, 0, 1, 3, is_bf16); break;         \
      default: if (BLOCK_VECTORS > 3) sums_of(a, 0, w, depth, to, 0, 1, 4, is_bf16);               \
    }                                                                                              \
  }

SUMS_FUNCTIONS(sums_float, 0)
SUMS_FUNCTIONS(sums_bf16, 1)

// The sums of TILE rows.
INLINE void store_sums(const void *a, int64_t a_stride, const void *w, int64_t depth, float *to,
                       int64_t to_stride, int64_t nv, int is_bf16) {
  if (is_bf16) {
    sums_bf16(a, a_stride, w, depth, to, to_stride, nv);
    return;
  }
  sums_float(a, a_stride, w, depth, to, to_stride, nv);
}

// The sums of any number of rows with all columns of packed weights; `to` has whole vectors in each row.
INLINE void store_all_sums(const char *a, int64_t a_stride, int64_t rows, const char *w,
                           int64_t depth, int64_t outputs, float *to, int64_t to_stride,
                           int is_bf16) {
  int64_t vectors = (outputs + VW - 1) / VW;
  for (int64_t v = 0; v < vectors; v += BLOCK_VECTORS) {
    int64_t nv = vectors - v < BLOCK_VECTORS ? vectors - v : BLOCK_VECTORS, row = 0;
    const char *block = w + v * VW * depth * (is_bf16 ? 2 : 4);
    for (; row + TILE <= rows; row += TILE)
      store_sums(a + row * a_stride, a_stride, block, depth, to + row * to_stride + v * VW,
                 to_stride, nv, is_bf16);
    for (; row < rows; row++) {
      if (is_bf16) {
        sums_bf16_of_row(a + row * a_stride, block, depth, to + row * to_stride + v * VW, nv);
        continue;
      }
      sums_float_of_row(a + row * a_stride, block, depth, to + row * to_stride + v * VW, nv);
    }
  }
}
