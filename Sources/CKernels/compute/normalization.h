// Group norm, layer norm, softmax, length.
#define SUMMED 4  // vectors of channels whose sums a loop over pixels keeps in registers

// Sums of the differences to the image's first pixel, and of their squares, for every channel: the
// pivot keeps the squares small when the mean is far from zero.
static void group_norm_sums(const void *context, int64_t task, int64_t thread) {
  const CKernels_group_norm *c = context;
  int64_t image = task / c->chunks, chunk = task % c->chunks, channels = c->channels;
  int64_t start = chunk * c->pixels_per_chunk, end = start + c->pixels_per_chunk;
  const float *pivots = c->input + image * c->pixels * channels;
  float *sums = c->partial + task * 2 * channels;
  (void)thread;
  if (end > c->pixels) end = c->pixels;
  int64_t at = 0;
  for (; at + SUMMED * VW <= channels; at += SUMMED * VW) {
    vf pivot[SUMMED], first[SUMMED] = {}, second[SUMMED] = {};
    for (int v = 0; v < SUMMED; v++) pivot[v] = load(pivots + at + v * VW);
    for (int64_t i = start; i < end; i++)
      UNROLL for (int v = 0; v < SUMMED; v++) {
        vf x = load(pivots + i * channels + at + v * VW) - pivot[v];
        first[v] += x;
        second[v] = fma_v(x, x, second[v]);
      }
    for (int v = 0; v < SUMMED; v++) {
      store(sums + at + v * VW, first[v]);
      store(sums + channels + at + v * VW, second[v]);
    }
  }
  for (; at < channels; at += VW) {
    int64_t count = channels - at;
    vf pivot = get(pivots + at, count), first = {}, second = {};
    for (int64_t i = start; i < end; i++) {
      vf x = get(pivots + i * channels + at, count) - pivot;
      first += x;
      second = fma_v(x, x, second);
    }
    put(sums, at, first, count, 0);
    put(sums + channels, at, second, count, 0);
  }
}

// Scale and shift of each channel of an image, from all of the image's sums.
static void group_norm_affine(const CKernels_group_norm *c, int64_t image, float *scale,
                              float *shift) {
  int64_t channels = c->channels, per_group = channels / c->groups;
  const float *pivots = c->input + image * c->pixels * channels;
  const float *partial = c->partial + image * c->chunks * 2 * channels;
  double pixels = (double)c->pixels;
  for (int64_t group = 0; group < c->groups; group++) {
    double mean = 0, spread = 0, between = 0;
    for (int64_t o = group * per_group; o < (group + 1) * per_group; o++) {
      double first = 0, second = 0;
      for (int64_t i = 0; i < c->chunks; i++) {
        first += (double)partial[i * 2 * channels + o];
        second += (double)partial[(i * 2 + 1) * channels + o];
      }
      double channel_mean = (double)pivots[o] + first / pixels;
      double delta = channel_mean - mean, seen = (double)(o - group * per_group);
      spread += second - first * first / pixels;
      between += delta * delta * seen / (seen + 1);
      mean += delta / (seen + 1);
    }
    double variance = (spread + pixels * between) / (pixels * (double)per_group);
    double inverse = 1 / sqrt((variance > 0 ? variance : 0 * variance) + (double)c->epsilon);
    for (int64_t o = group * per_group; o < (group + 1) * per_group; o++) {
      scale[o] = (float)(inverse * (double)c->weight[o]);
      shift[o] = (float)((double)c->bias[o] - mean * inverse * (double)c->weight[o]);
    }
  }
}

INLINE void group_norm_pixels(const CKernels_group_norm *c, int64_t first, int64_t last,
                              const float *scale, const float *shift, int32_t activation) {
  for (int64_t i = first; i < last; i++) {
    int64_t at = 0;
    for (; at + VW <= c->channels; at += VW) {
      vf y = fma_v(load(c->input + i * c->channels + at), load(scale + at), load(shift + at));
      put(c->output, i * c->channels + at, activate(y, activation), VW, c->output_is_bf16);
    }
    for (; at < c->channels; at += VW) {
      int64_t count = c->channels - at;
      vf y = fma_v(get(c->input + i * c->channels + at, count), get(scale + at, count),
                   get(shift + at, count));
      put(c->output, i * c->channels + at, activate(y, activation), count, c->output_is_bf16);
    }
  }
}

static void group_norm_apply(const void *context, int64_t task, int64_t thread) {
  const CKernels_group_norm *c = context;
  int64_t image = task / c->chunks, chunk = task % c->chunks, channels = c->channels;
  int64_t start = chunk * c->pixels_per_chunk, end = start + c->pixels_per_chunk;
  float scale[channels], shift[channels];
  (void)thread;
  group_norm_affine(c, image, scale, shift);
  if (end > c->pixels) end = c->pixels;
  start += image * c->pixels;
  end += image * c->pixels;
  switch (c->activation) {
    case CKernels_identity:
      group_norm_pixels(c, start, end, scale, shift, CKernels_identity);
      break;
    case CKernels_silu: group_norm_pixels(c, start, end, scale, shift, CKernels_silu); break;
    default: group_norm_pixels(c, start, end, scale, shift, c->activation);
  }
}

static void layer_norm_row(const CKernels_rows *c, int64_t row) {
  const float *x = c->input + row * c->columns;
  vf first = {}, second = {};
  for (int64_t i = 0; i < c->columns; i += VW) first += get(x + i, c->columns - i);
  float mean = sum(first) / (float)c->columns;
  for (int64_t i = 0; i < c->columns; i += VW) {
    int64_t count = c->columns - i;
    vf d = get(x + i, count) - mean;
    if (count < VW) {
      float lanes[VW];
      store(lanes, d);
      d = load_part(lanes, count);
    }
    second = fma_v(d, d, second);
  }
  float inverse = 1 / sqrtf(sum(second) / (float)c->columns + c->epsilon);
  for (int64_t i = 0; i < c->columns; i += VW) {
    int64_t count = c->columns - i;
    vf y = (get(x + i, count) - mean) * inverse;
    y = fma_v(y, get(c->weight + i, count), get(c->bias + i, count));
    put(c->output, row * c->columns + i, y, count, c->output_is_bf16);
  }
}

// Softmax of `count` numbers in place.
INLINE void softmax_row(const float *x, float *y, int64_t count) {
  float most = x[0];
  vf mosts = splat(x[0]), sums = {};
  int64_t i = 0;
  for (; i + VW <= count; i += VW) {
    vf v = load(x + i);
    mosts = choose(v > mosts, v, mosts);
  }
  most = greatest(mosts);
  for (; i < count; i++) most = x[i] > most ? x[i] : most;
  for (i = 0; i + VW <= count; i += VW) {
    vf e = exp_v(load(x + i) - most);
    store(y + i, e);
    sums += e;
  }
  if (i < count) {
    float lanes[VW];
    store(lanes, exp_v(load_part(x + i, count - i) - most));
    vf rest = load_part(lanes, count - i);
    store_part(y + i, rest, count - i);
    sums += rest;
  }
  float inverse = 1 / sum(sums);
  for (i = 0; i < count; i += VW) put(y, i, get(y + i, count - i) * inverse, count - i, 0);
}

INLINE int64_t last_row(const CKernels_rows *c, int64_t task) {
  int64_t end = (task + 1) * c->rows_per_task;
  return end < c->rows ? end : c->rows;
}

static void layer_norm(const void *context, int64_t task, int64_t thread) {
  const CKernels_rows *c = context;
  (void)thread;
  for (int64_t row = task * c->rows_per_task; row < last_row(c, task); row++)
    layer_norm_row(c, row);
}

static void softmax(const void *context, int64_t task, int64_t thread) {
  const CKernels_rows *c = context;
  (void)thread;
  for (int64_t row = task * c->rows_per_task; row < last_row(c, task); row++)
    softmax_row(c->input + row * c->columns, (float *)c->output + row * c->columns, c->columns);
}

static void length(const void *context, int64_t task, int64_t thread) {
  const CKernels_rows *c = context;
  (void)thread;
  for (int64_t row = task * c->rows_per_task; row < last_row(c, task); row++) {
    const float *x = c->input + row * c->columns;
    vf squares = {};
    for (int64_t i = 0; i < c->columns; i += VW) {
      vf v = get(x + i, c->columns - i);
      squares = fma_v(v, v, squares);
    }
    ((float *)c->output)[row] = sqrtf(sum(squares));
  }
}
