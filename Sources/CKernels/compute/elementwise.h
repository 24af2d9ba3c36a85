// Copies with strides, arithmetic with broadcasting, functions of one number.

INLINE void copy_line(const CKernels_copy *c, const float *in, float *out, int axis) {
  int64_t count = c->sizes[axis], from = c->input_strides[axis], to = c->output_strides[axis];
  if (from == 1 && to == 1) memcpy(out, in, (size_t)count * 4);
  else
    for (int64_t i = 0; i < count; i++) out[i * to] = in[i * from];
}

static void copy_axis(const CKernels_copy *c, const float *in, float *out, int axis) {
  if (axis == 5) {
    copy_line(c, in, out, axis);
    return;
  }
  for (int64_t i = 0; i < c->sizes[axis]; i++)
    copy_axis(c, in + i * c->input_strides[axis], out + i * c->output_strides[axis], axis + 1);
}

static void copy(const void *context, int64_t task, int64_t thread) {
  const CKernels_copy *c = context;
  int64_t start = task * c->per_task, end = start + c->per_task;
  (void)thread;
  if (end > c->sizes[0]) end = c->sizes[0];
  for (int64_t i = start; i < end; i++)
    copy_axis(c, c->input + i * c->input_strides[0], c->output + i * c->output_strides[0], 1);
}

INLINE vf combine(vf a, vf b, int32_t operation) {
  switch (operation) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    default: return choose((b > a) | (b != b), b, a);
  }
}
INLINE float combine_one(float a, float b, int32_t operation) {
  switch (operation) {
    case 0: return a + b;
    case 1: return a - b;
    case 2: return a * b;
    case 3: return a / b;
    default: return b > a || b != b ? b : a;
  }
}

INLINE void arithmetic_line(const CKernels_arithmetic *c, const float *a, const float *b,
                            float *out, int32_t operation) {
  int64_t count = c->sizes[5], sa = c->a_strides[5], sb = c->b_strides[5], i = 0;
  if (sa <= 1 && sb <= 1)
    for (; i + VW <= count; i += VW)
      store(out + i, combine(sa ? load(a + i) : splat(*a), sb ? load(b + i) : splat(*b), operation));
  for (; i < count; i++) out[i] = combine_one(a[i * sa], b[i * sb], operation);
}

static float *arithmetic_axis(const CKernels_arithmetic *c, const float *a, const float *b,
                              float *out, int axis) {
  if (axis == 5) {
    switch (c->operation) {
      case 0: arithmetic_line(c, a, b, out, 0); break;
      case 1: arithmetic_line(c, a, b, out, 1); break;
      case 2: arithmetic_line(c, a, b, out, 2); break;
      case 3: arithmetic_line(c, a, b, out, 3); break;
      default: arithmetic_line(c, a, b, out, 4); break;
    }
    return out + c->sizes[5];
  }
  for (int64_t i = 0; i < c->sizes[axis]; i++)
    out = arithmetic_axis(c, a + i * c->a_strides[axis], b + i * c->b_strides[axis], out, axis + 1);
  return out;
}

static void arithmetic(const void *context, int64_t task, int64_t thread) {
  const CKernels_arithmetic *c = context;
  int64_t start = task * c->per_task, end = start + c->per_task, inner = 1;
  (void)thread;
  for (int axis = 1; axis < 6; axis++) inner *= c->sizes[axis];
  if (end > c->sizes[0]) end = c->sizes[0];
  for (int64_t i = start; i < end; i++)
    arithmetic_axis(c, c->a + i * c->a_strides[0], c->b + i * c->b_strides[0],
                    c->output + i * inner, 1);
}

INLINE vf map_one(const CKernels_map *c, vf x, int32_t activation) {
  vf y = activate(x, activation);
  y = y * c->scale + c->shift;
  return at_most(at_least(y, c->lower), c->upper);
}

INLINE void map_rows(const CKernels_map *c, int64_t start, int64_t end, int32_t activation) {
  for (int64_t row = start; row < end; row++) {
    const float *in = c->input + row * c->input_stride;
    for (int64_t i = 0; i < c->columns; i += VW)
      put(c->output, row * c->output_stride + i,
          map_one(c, get(in + i, c->columns - i), activation), c->columns - i, c->output_is_bf16);
    for (int64_t i = c->columns; i < c->output_stride; i++)
      put(c->output, row * c->output_stride + i, (vf){}, 1, c->output_is_bf16);
  }
}

static void map(const void *context, int64_t task, int64_t thread) {
  const CKernels_map *c = context;
  int64_t start = task * c->rows_per_task, end = start + c->rows_per_task;
  (void)thread;
  if (end > c->rows) end = c->rows;
  switch (c->activation) {
    case CKernels_identity: map_rows(c, start, end, CKernels_identity); break;
    case CKernels_silu: map_rows(c, start, end, CKernels_silu); break;
    default: map_rows(c, start, end, c->activation); break;
  }
}

static void gate(const void *context, int64_t task, int64_t thread) {
  const CKernels_gate *c = context;
  int64_t start = task * c->rows_per_task, end = start + c->rows_per_task;
  (void)thread;
  if (end > c->rows) end = c->rows;
  for (int64_t row = start; row < end; row++) {
    const float *x = c->input + row * 2 * c->columns, *g = x + c->columns;
    for (int64_t i = 0; i < c->columns; i += VW) {
      int64_t count = c->columns - i;
      put(c->output, row * c->columns + i, get(x + i, count) * activate(get(g + i, count), c->activation),
          count, c->output_is_bf16);
    }
  }
}
