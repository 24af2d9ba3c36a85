// Convolutions 3x3 by Winograd's minimal filtering (Lavin and Gray, arXiv:1509.09308): squares of the
// picture are transformed, multiplied point by point with transformed weights, and transformed back.
// `points` is the square's side after the transform: 4 makes 2x2 results (F(2,3)), 6 makes 4x4 (F(4,3)), 3
// makes 2x2 of a picture whose pixels are read twice in both directions.
#define GROUP TILE  // squares that a product takes together

INLINE int64_t square_step(int64_t points) { return points == 3 ? 1 : points - 2; }
INLINE int64_t square_size(int64_t points) { return points == 6 ? 4 : 2; }

// One line of a square: `points` inputs, `stride` apart, in place.
INLINE void transform_line(vf *d, int stride, int points) {
  vf a = d[0], b = d[stride], c = d[2 * stride];
  if (points == 3) {
    d[0] = a - b;
    d[2 * stride] = c - b;
    return;
  }
  vf e = d[3 * stride];
  if (points == 4) {
    d[0] = a - c;
    d[stride] = b + c;
    d[2 * stride] = c - b;
    d[3 * stride] = b - e;
    return;
  }
  vf f = d[4 * stride], g = d[5 * stride];
  vf even = fma_v(c, splat(-4), f), odd = fma_v(b, splat(-4), e);
  vf even_half = f - c, odd_half = 2 * (e - b);
  d[0] = fma_v(a, splat(4), fma_v(c, splat(-5), f));
  d[stride] = even + odd;
  d[2 * stride] = even - odd;
  d[3 * stride] = even_half + odd_half;
  d[4 * stride] = even_half - odd_half;
  d[5 * stride] = fma_v(b, splat(4), fma_v(e, splat(-5), g));
}

// One line of a square of sums back: `points` sums to `square_size` results, in place.
INLINE void restore_line(vf *m, int stride, int points) {
  vf a = m[0], b = m[stride], c = m[2 * stride];
  if (points == 3) {
    m[0] = a + b;
    m[stride] = b + c;
    return;
  }
  vf e = m[3 * stride];
  if (points == 4) {
    m[0] = a + b + c;
    m[stride] = b - c - e;
    return;
  }
  vf f = m[4 * stride], g = m[5 * stride];
  vf near = b + c, near_odd = b - c, far = e + f, far_odd = e - f;
  m[0] = a + near + far;
  m[stride] = fma_v(far_odd, splat(2), near_odd);
  m[2 * stride] = fma_v(far, splat(4), near);
  m[3 * stride] = fma_v(far_odd, splat(8), near_odd) + g;
}

// Where square number `square` lies: its image and its place among the image's squares.
typedef struct { int64_t image, row, column; } square_place;

INLINE square_place place_of(const CKernels_winograd *c, int64_t square) {
  int64_t per_image = c->squares_high * c->squares_wide, left = square % per_image;
  return (square_place){square / per_image, left / c->squares_wide, left % c->squares_wide};
}

// Transforms one square: [depth] at each of points * points places that are `GROUP * depth` apart.
INLINE void transform_square(const CKernels_winograd *c, int64_t square, void *to, int points,
                             int is_bf16) {
  square_place at = place_of(c, square);
  int64_t size = is_bf16 ? 2 : 4;
  const char *patch[36];
  for (int64_t y = 0; y < points; y++)
    for (int64_t x = 0; x < points; x++) {
      int64_t row = at.row * square_step(points) + y - c->top;
      int64_t column = at.column * square_step(points) + x - c->left;
      int is_inside = row >= 0 && row < c->in_height && column >= 0 && column < c->in_width;
      int64_t pixel = (at.image * c->in_height + row) * c->in_width + column;
      patch[y * points + x] =
          is_inside ? (const char *)c->input + pixel * c->depth * size : (const char *)c->zeros;
    }
  for (int64_t channel = 0; channel < c->depth; channel += VW) {
    int64_t count = c->depth - channel;
    vf d[36];
    UNROLL for (int i = 0; i < points * points; i++) {
      const char *from = patch[i] + channel * size;
      d[i] = is_bf16 ? get_bf16((const uint16_t *)from, count) : get((const float *)from, count);
    }
    UNROLL for (int i = 0; i < points; i++) transform_line(d + i, points, points);
    UNROLL for (int i = 0; i < points; i++) transform_line(d + i * points, 1, points);
    UNROLL for (int i = 0; i < points * points; i++)
      put(to, i * GROUP * c->depth + channel, d[i], count, is_bf16);
  }
}

INLINE void transform_groups(const CKernels_winograd *c, int64_t first, int64_t count, void *to,
                             int points, int is_bf16) {
  int64_t width = points * points * GROUP * c->depth * (is_bf16 ? 2 : 4);
  for (int64_t i = 0; i < count * GROUP; i++) {
    int64_t square = first * GROUP + i;
    if (square >= c->squares) break;
    char *group = (char *)to + i / GROUP * width;
    transform_square(c, square, group + i % GROUP * c->depth * (is_bf16 ? 2 : 4), points, is_bf16);
  }
}

// The results of one square for VW outputs from its sums, which lie `stride` apart.
INLINE void restore_square(const CKernels_winograd *c, square_place at, int64_t output,
                           const float *sums, int64_t stride, int points) {
  int64_t size = square_size(points), count = c->outputs - output;
  vf m[36];
  UNROLL for (int i = 0; i < points * points; i++) m[i] = load(sums + i * stride);
  UNROLL for (int i = 0; i < points; i++) restore_line(m + i, points, points);
  UNROLL for (int i = 0; i < size; i++) restore_line(m + i * points, 1, points);
  vf bias = c->bias ? get(c->bias + output, count) : (vf){};
  UNROLL for (int y = 0; y < size; y++) {
    int64_t row = at.row * size + y;
    if (row >= c->height) break;
    UNROLL for (int x = 0; x < size; x++) {
      int64_t column = at.column * size + x;
      if (column >= c->width) break;
      int64_t index = ((at.image * c->height + row) * c->width + column) * c->outputs + output;
      vf value = activate(m[y * points + x] + bias, c->activation);
      if (c->residual) value += get(c->residual + index, count);
      put(c->output, index, activate(value, c->last_activation), count, c->output_is_bf16);
    }
  }
}

// Multiplies transformed groups with one column block's weights and writes the results.
INLINE void finish_groups(const CKernels_winograd *c, int64_t first, int64_t count,
                          const void *transformed, int64_t block, float *sums, int points,
                          int is_bf16) {
  int64_t columns = c->outputs - block * BLOCK_VECTORS * VW;
  int64_t nv = columns < BLOCK_VECTORS * VW ? (columns + VW - 1) / VW : BLOCK_VECTORS;
  int64_t size = is_bf16 ? 2 : 4, places = points * points;
  const char *w =
      (const char *)c->weights + block * BLOCK_VECTORS * VW * places * c->depth * size;
  for (int64_t point = 0; point < places; point++, w += nv * VW * c->depth * size)
    for (int64_t group = 0; group < count; group++) {
      int64_t row = (group * places + point) * GROUP;
      store_sums((const char *)transformed + row * c->depth * size, c->depth * size, w, c->depth,
                 sums + row * nv * VW, nv * VW, nv, is_bf16);
    }
  for (int64_t i = 0; i < count * GROUP; i++) {
    int64_t square = first * GROUP + i, row = i / GROUP * places * GROUP + i % GROUP;
    if (square >= c->squares) break;
    square_place at = place_of(c, square);
    for (int64_t v = 0; v < nv; v++)
      restore_square(c, at, (block * BLOCK_VECTORS + v) * VW, sums + (row * nv + v) * VW,
                     GROUP * nv * VW, points);
  }
}

INLINE int64_t groups_of_task(const CKernels_winograd *c, int64_t task) {
  int64_t left = (c->squares + GROUP - 1) / GROUP - task * c->groups_per_task;
  return left < c->groups_per_task ? left : c->groups_per_task;
}

INLINE void winograd_all(const CKernels_winograd *c, int64_t task, int64_t thread, int points,
                         int is_bf16) {
  int64_t first = task * c->groups_per_task, count = groups_of_task(c, task);
  char *scratch = (char *)c->scratch + thread * c->scratch_per_thread;
  float *sums = (float *)(scratch + c->transformed_bytes);
  transform_groups(c, first, count, scratch, points, is_bf16);
  for (int64_t block = 0; block * BLOCK_VECTORS * VW < c->outputs; block++)
    finish_groups(c, first, count, scratch, block, sums, points, is_bf16);
}

INLINE void winograd_first(const CKernels_winograd *c, int64_t task, int points, int is_bf16) {
  int64_t width = points * points * GROUP * c->depth * (is_bf16 ? 2 : 4);
  transform_groups(c, task, 1, (char *)c->transformed + task * width, points, is_bf16);
}

INLINE void winograd_second(const CKernels_winograd *c, int64_t task, int64_t thread, int points,
                            int is_bf16) {
  int64_t part = task % c->group_tasks, first = part * c->groups_per_task;
  int64_t width = points * points * GROUP * c->depth * (is_bf16 ? 2 : 4);
  float *sums = (float *)((char *)c->scratch + thread * c->scratch_per_thread);
  finish_groups(c, first, groups_of_task(c, part), (const char *)c->transformed + first * width,
                task / c->group_tasks, sums, points, is_bf16);
}

#define WINOGRAD_FUNCTIONS(suffix, is_bf16)                                                      \
  static void winograd##suffix(const void *context, int64_t task, int64_t thread) {              \
    const CKernels_winograd *c = context;                                                        \
    switch (c->points) {                                                                         \
      case 3: winograd_all(c, task, thread, 3, is_bf16); break;                                  \
      case 4: winograd_all(c, task, thread, 4, is_bf16); break;                                  \
      default: winograd_all(c, task, thread, 6, is_bf16); break;                                 \
    }                                                                                            \
  }                                                                                              \
  static void winograd_transform##suffix(const void *context, int64_t task, int64_t thread) {    \
    const CKernels_winograd *c = context;                                                        \
    (void)thread;                                                                                \
    switch (c->points) {                                                                         \
      case 3: winograd_first(c, task, 3, is_bf16); break;                                        \
      case 4: winograd_first(c, task, 4, is_bf16); break;                                        \
      default: winograd_first(c, task, 6, is_bf16); break;                                       \
    }                                                                                            \
  }                                                                                              \
  static void winograd_product##suffix(const void *context, int64_t task, int64_t thread) {      \
    const CKernels_winograd *c = context;                                                        \
    switch (c->points) {                                                                         \
      case 3: winograd_second(c, task, thread, 3, is_bf16); break;                               \
      case 4: winograd_second(c, task, thread, 4, is_bf16); break;                               \
      default: winograd_second(c, task, thread, 6, is_bf16); break;                              \
    }                                                                                            \
  }

WINOGRAD_FUNCTIONS(, 0)
WINOGRAD_FUNCTIONS(_bf16, 1)
