// Transformed weights, computed in double and rounded once.

static void filter_line(const double *g, int stride, int points, double *to, int to_stride) {
  double a = g[0], b = g[stride], c = g[2 * stride];
  if (points == 3) {
    to[0] = a, to[to_stride] = a + b + c, to[2 * to_stride] = c;
  } else if (points == 4) {
    to[0] = a, to[to_stride] = (a + b + c) / 2, to[2 * to_stride] = (a - b + c) / 2;
    to[3 * to_stride] = c;
  } else {
    to[0] = a / 4, to[to_stride] = -(a + b + c) / 6, to[2 * to_stride] = -(a - b + c) / 6;
    to[3 * to_stride] = (a + 2 * b + 4 * c) / 24, to[4 * to_stride] = (a - 2 * b + 4 * c) / 24;
    to[5 * to_stride] = c;
  }
}

static void filter_square(const float *weight, int points, double *to) {
  double g[9], half[18];
  for (int i = 0; i < 9; i++) g[i] = (double)weight[i];
  for (int i = 0; i < 3; i++) filter_line(g + i, 3, points, half + i, 3);
  for (int i = 0; i < points; i++) filter_line(half + i * 3, 1, points, to + i * points, 1);
}

// weight [outputs, inputs, 3, 3] for one column block: [points * points, depth, width], with pairs of depth
// together in bf16.
static void pack_winograd(const void *context, int64_t block, int64_t thread) {
  const CKernels_winograd_weights *c = context;
  int64_t start = block * BLOCK_VECTORS * VW, left = c->outputs - start, places = c->points * c->points;
  int64_t width = left < BLOCK_VECTORS * VW ? (left + VW - 1) / VW * VW : BLOCK_VECTORS * VW;
  int64_t base = start * places * c->depth;
  double square[36];
  (void)thread;
  for (int64_t k = 0; k < c->inputs; k++)
    for (int64_t o = 0; o < (left < width ? left : width); o++) {
      filter_square(c->weight + ((start + o) * c->inputs + k) * 9, (int)c->points, square);
      for (int64_t i = 0; i < places; i++) {
        int64_t at = base + i * c->depth * width;
        if (c->is_bf16)
          ((uint16_t *)c->packed)[at + k / 2 * 2 * width + o * 2 + k % 2] =
              to_bf16((float)square[i]);
        else ((float *)c->packed)[at + k * width + o] = (float)square[i];
      }
    }
}
