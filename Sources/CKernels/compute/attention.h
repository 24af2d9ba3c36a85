// Attention: keys and values of each head are packed once, then blocks of rows go through scores, softmax
// and the mixture of values.

INLINE void pack_pairs(const uint16_t *from, int64_t outputs, int64_t depth, int64_t output_stride,
                       int64_t depth_stride, uint16_t *packed) {
  const int64_t block = BLOCK_VECTORS * VW;
  for (int64_t start = 0; start < outputs; start += block) {
    int64_t left = outputs - start;
    int64_t width = left < block ? (left + VW - 1) / VW * VW : block;
    for (int64_t k = 0; k < depth; k += 2, packed += 2 * width)
      for (int64_t o = 0; o < width; o++) {
        const uint16_t *at = from + (start + o) * output_stride + k * depth_stride;
        packed[2 * o] = o < left ? at[0] : 0;
        packed[2 * o + 1] = o < left && k + 1 < depth ? at[depth_stride] : 0;
      }
  }
}

INLINE void pack_heads(const CKernels_attention *c, int64_t task, int is_bf16) {
  int64_t head = task % c->heads, image = task / c->heads, size = is_bf16 ? 2 : 4;
  int64_t width = c->heads * c->size, value_width = c->heads * c->value_size;
  const char *key = (const char *)c->key + (image * c->span * width + head * c->size) * size;
  const char *value =
      (const char *)c->value + (image * c->span * value_width + head * c->value_size) * size;
  char *keys = (char *)c->packed + task * c->packed_bytes, *values = keys + c->packed_key_bytes;
  if (is_bf16) {
    pack_pairs((const uint16_t *)key, c->span, c->size, width, 1, (uint16_t *)keys);
    pack_pairs((const uint16_t *)value, c->value_size, c->span, 1, value_width, (uint16_t *)values);
  } else {
    pack((const float *)key, c->span, c->size, width, 1, (float *)keys);
    pack((const float *)value, c->value_size, c->span, 1, value_width, (float *)values);
  }
}

// 2^x, x <= 0, with a relative error below 5e-6, for weights that are rounded to bf16.
INLINE vf exp2_short(vf x) {
#if VW == 16
  vf whole = (vf)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEAREST_INT);
#else
  x = at_least(x, -127.0f);
  vf whole = x + 12582912.0f;
  whole = whole - 12582912.0f;
#endif
  vf f = x - whole;
  vf p = fma_v(splat(9.6181291e-3f), f, splat(5.5504109e-2f));
  p = fma_v(p, f, splat(2.4022651e-1f));
  p = fma_v(p, f, splat(6.9314718e-1f));
  p = fma_v(p, f, splat(1.0f));
#if VW == 16
  return (vf)_mm512_scalef_ps((__m512)p, (__m512)whole);
#else
  return p * (vf)((__builtin_convertvector(choose(whole == whole, whole, splat(0)), vi) + 127) << 23);
#endif
}

// Weights e^(scale * (score - greatest)) of `count` scores, a whole number of vectors, in place or as
// bf16; their sum.
INLINE float softmax_weights(float *scores, uint16_t *rounded, int64_t count, float scale,
                             int is_bf16) {
  vf most = load(scores) * scale, sums = {};
  for (int64_t i = VW; i < count; i += VW) most = larger(load(scores + i) * scale, most);
  if (is_bf16) {
    const float log2_e = 1.44269504f;
    float shift = -greatest(most) * log2_e;
    for (int64_t i = 0; i < count; i += VW) {
      vf e = exp2_short(fma_v(load(scores + i), splat(scale * log2_e), splat(shift)));
      store_bf16(rounded + i, e);
      sums += e;
    }
    return sum(sums);
  }
  float greatest_score = greatest(most);
  for (int64_t i = 0; i < count; i += VW) {
    vf e = exp_v(load(scores + i) * scale - greatest_score);
    store(scores + i, e);
    sums += e;
  }
  return sum(sums);
}

INLINE void attend(const CKernels_attention *c, int64_t task, int64_t thread, int is_bf16) {
  int64_t which = task / c->row_tasks, head = which % c->heads, image = which / c->heads;
  int64_t start = task % c->row_tasks * c->rows_per_task, rows = c->length - start;
  int64_t width = c->heads * c->size, size = is_bf16 ? 2 : 4;
  int64_t line = (c->span + VW - 1) / VW * VW, result = (c->value_size + VW - 1) / VW * VW;
  const char *keys = (const char *)c->packed + which * c->packed_bytes;
  float *scores = (float *)((char *)c->scratch + thread * c->scratch_per_thread);
  float *mixed = scores + c->rows_per_task * line;
  uint16_t *rounded = (uint16_t *)(mixed + c->rows_per_task * result);
  if (rows > c->rows_per_task) rows = c->rows_per_task;

  const char *query =
      (const char *)c->query + ((image * c->length + start) * width + head * c->size) * size;
  store_all_sums(query, width * size, rows, keys, c->size, c->span, scores, line, is_bf16);
  float inverse[c->rows_per_task];
  for (int64_t row = 0; row < rows; row++) {
    float *at = scores + row * line;
    for (int64_t i = c->span; i < line; i++) at[i] = c->scale < 0 ? INFINITY : -INFINITY;
    inverse[row] = 1 / softmax_weights(at, rounded + row * line, line, c->scale, is_bf16);
  }
  store_all_sums(is_bf16 ? (const char *)rounded : (const char *)scores, line * size, rows,
                 keys + c->packed_key_bytes, is_bf16 ? (c->span + 1) / 2 * 2 : c->span,
                 c->value_size, mixed, result, is_bf16);
  for (int64_t row = 0; row < rows; row++) {
    int64_t to = ((image * c->length + start + row) * c->heads + head) * c->value_size;
    for (int64_t i = 0; i < c->value_size; i += VW)
      put(c->output, to + i, load(mixed + row * result + i) * inverse[row], c->value_size - i,
          c->output_is_bf16);
  }
}

static void attention_pack(const void *context, int64_t task, int64_t thread) {
  (void)thread;
  pack_heads(context, task, 0);
}
static void attention(const void *context, int64_t task, int64_t thread) {
  attend(context, task, thread, 0);
}
static void attention_pack_bf16(const void *context, int64_t task, int64_t thread) {
  (void)thread;
  pack_heads(context, task, 1);
}
static void attention_bf16(const void *context, int64_t task, int64_t thread) {
  attend(context, task, thread, 1);
}

static void matmul(const void *context, int64_t task, int64_t thread) {
  const CKernels_matmul *c = context;
  const float *b = c->b + task * c->depth * c->columns;
  float *packed = c->scratch + thread * c->scratch_per_thread;
  if (c->transposed) pack(b, c->columns, c->depth, c->depth, 1, packed);
  else pack(b, c->columns, c->depth, 1, c->columns, packed);
  CKernels_product p = {
      .input = c->a + task * c->rows * c->depth, .input_stride = c->depth, .weights = packed,
      .output = c->output + task * c->rows * c->columns, .output_stride = c->columns,
      .rows = c->rows, .taps = 1, .depth = c->depth, .outputs = c->columns};
  for (int64_t block = 0; block * BLOCK_VECTORS * VW < p.outputs; block++)
    product_block(&p, block, 0, p.rows, tile_float_tiles, tile_float_12_1);
}
