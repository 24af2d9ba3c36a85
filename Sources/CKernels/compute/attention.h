// Attention and products of two activations: the second factor is packed into scratch memory.

INLINE void product_all(const CKernels_product *p) {
  const int64_t block = BLOCK_VECTORS * VW;
  for (int64_t b = 0; b * block < p->outputs; b++) product_block(p, b, 0, p->rows, tile_float_tiles);
}

static void attention(const void *context, int64_t task, int64_t thread) {
  const CKernels_attention *c = context;
  int64_t head = task / c->row_tasks % c->heads, image = task / c->row_tasks / c->heads;
  int64_t start = task % c->row_tasks * c->rows_per_task, rows = c->length - start;
  int64_t width = c->heads * c->size, value_width = c->heads * c->value_size;
  const float *key = c->key + image * c->span * width + head * c->size;
  const float *value = c->value + image * c->span * value_width + head * c->value_size;
  float *packed = c->scratch + thread * c->scratch_per_thread;
  float *scores = packed + packed_count(c->span, c->size);
  float *packed_value = scores + c->rows_per_task * c->span;
  if (rows > c->rows_per_task) rows = c->rows_per_task;

  pack(key, c->span, c->size, width, 1, packed);
  CKernels_product similarity = {
      .input = c->query + (image * c->length + start) * width + head * c->size,
      .input_stride = width, .weights = packed, .output = scores, .output_stride = c->span,
      .rows = rows, .taps = 1, .depth = c->size, .outputs = c->span};
  product_all(&similarity);
  for (int64_t row = 0; row < rows; row++) {
    float *line = scores + row * c->span;
    for (int64_t i = 0; i < c->span; i += VW)
      put(line, i, get(line + i, c->span - i) * c->scale, c->span - i, 0);
    softmax_row(line, line, c->span);
  }
  pack(value, c->value_size, c->span, 1, value_width, packed_value);
  int64_t at = (image * c->length + start) * value_width + head * c->value_size;
  CKernels_product mixture = {
      .input = scores, .input_stride = c->span, .weights = packed_value,
      .output = c->output_is_bf16 ? (void *)((uint16_t *)c->output + at)
                                  : (void *)((float *)c->output + at),
      .output_stride = value_width, .rows = rows, .taps = 1, .depth = c->span,
      .outputs = c->value_size, .output_is_bf16 = c->output_is_bf16};
  product_all(&mixture);
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
  product_all(&p);
}
