// Resizing, sampling and pooling of pictures.

// The bilinear mixture of four pixels of `channels` numbers.
INLINE void mix(const float *a, const float *b, const float *c, const float *d, float x, float y,
                float *out, int64_t channels) {
  int64_t i = 0;
  for (; i + VW <= channels; i += VW) {
    vf top = fma_v(load(b + i) - load(a + i), splat(x), load(a + i));
    vf bottom = fma_v(load(d + i) - load(c + i), splat(x), load(c + i));
    store(out + i, fma_v(bottom - top, splat(y), top));
  }
  for (; i < channels; i++) {
    float top = a[i] + (b[i] - a[i]) * x, bottom = c[i] + (d[i] - c[i]) * x;
    out[i] = top + (bottom - top) * y;
  }
}

static void resize(const void *context, int64_t task, int64_t thread) {
  const CKernels_resize *c = context;
  int64_t row = task % c->height, line = c->in_width * c->channels;
  const float *picture = c->input + task / c->height * c->in_height * line;
  const float *top = picture + c->row_first[row] * line;
  const float *bottom = picture + c->row_second[row] * line;
  float *out = c->output + task * c->width * c->channels;
  (void)thread;
  for (int64_t i = 0; i < c->width; i++) {
    int64_t left = c->column_first[i] * c->channels, right = c->column_second[i] * c->channels;
    mix(top + left, top + right, bottom + left, bottom + right, c->column_share[i],
        c->row_share[row], out + i * c->channels, c->channels);
  }
}

// The pixel below a coordinate in [-1, 1], held inside the picture, and the share of the next one.
INLINE int64_t place(float coordinate, int64_t count, int32_t align_corners, float *share) {
  float unit = (coordinate + 1) / 2;
  float at = align_corners ? unit * (float)(count - 1) : unit * (float)count - 0.5f;
  if (!(at > 0)) at = 0;
  if (at > (float)(count - 1)) at = (float)(count - 1);
  *share = at - (float)(int64_t)at;
  return (int64_t)at;
}

static void grid_sample(const void *context, int64_t task, int64_t thread) {
  const CKernels_grid_sample *c = context;
  int64_t line = c->in_width * c->channels;
  const float *picture = c->input + task / c->height * c->in_height * line;
  (void)thread;
  for (int64_t i = 0; i < c->width; i++) {
    const float *at = c->grid + (task * c->width + i) * 2;
    float x, y;
    int64_t left = place(at[0], c->in_width, c->align_corners, &x);
    int64_t top = place(at[1], c->in_height, c->align_corners, &y);
    const float *a = picture + top * line + left * c->channels;
    const float *below = top + 1 < c->in_height ? a + line : a;
    int64_t right = left + 1 < c->in_width ? c->channels : 0;
    mix(a, a + right, below, below + right, x, y, c->output + (task * c->width + i) * c->channels,
        c->channels);
  }
}

static void pool_window(const void *context, int64_t task, int64_t thread) {
  const CKernels_pool_window *c = context;
  int64_t row = task % c->height, line = c->in_width * c->channels;
  const float *picture = c->input + task / c->height * c->in_height * line;
  int64_t y0 = row * c->stride - c->padding, y1 = y0 + c->kernel;
  float inverse = 1 / (float)(c->kernel * c->kernel);
  (void)thread;
  if (y0 < 0) y0 = 0;
  if (y1 > c->in_height) y1 = c->in_height;
  for (int64_t i = 0; i < c->width; i++) {
    int64_t x0 = i * c->stride - c->padding, x1 = x0 + c->kernel;
    float *out = c->output + (task * c->width + i) * c->channels;
    if (x0 < 0) x0 = 0;
    if (x1 > c->in_width) x1 = c->in_width;
    for (int64_t at = 0; at < c->channels; at += VW) {
      vf y = c->is_maximum ? splat(-INFINITY) : (vf){};
      for (int64_t iy = y0; iy < y1; iy++)
        for (int64_t ix = x0; ix < x1; ix++) {
          vf x = get(picture + iy * line + ix * c->channels + at, c->channels - at);
          y = c->is_maximum ? choose((x > y) | (x != x), x, y) : y + x;
        }
      put(out, at, c->is_maximum ? y : y * inverse, c->channels - at, 0);
    }
  }
}

static void global_average(const void *context, int64_t task, int64_t thread) {
  const CKernels_global_average *c = context;
  const float *picture = c->input + task * c->pixels * c->channels;
  (void)thread;
  for (int64_t o = 0; o < c->channels; o++) {
    double total = 0;
    for (int64_t i = 0; i < c->pixels; i++) total += (double)picture[i * c->channels + o];
    c->output[task * c->channels + o] = (float)(total / (double)c->pixels);
  }
}
