// Convolutions that treat each channel by itself: one running sum per result in the order of taps.
enum { depthwise_pixels = 4, depthwise_taps = CKernels_depthwise_taps };

INLINE void depthwise_block(const CKernels_depthwise *c, int64_t image, int64_t row, int64_t column,
                            int count) {
  int64_t taps = c->kernel_height * c->kernel_width;
  const float *from[depthwise_taps][depthwise_pixels];
  for (int64_t tap = 0; tap < taps; tap++)
    for (int i = 0; i < depthwise_pixels; i++) {
      int64_t y = row * c->stride - c->top + tap / c->kernel_width * c->dilation;
      int64_t x = (column + i) * c->stride - c->left + tap % c->kernel_width * c->dilation;
      int is_inside = i < count && y >= 0 && y < c->in_height && x >= 0 && x < c->in_width;
      from[tap][i] =
          is_inside ? c->input + ((image * c->in_height + y) * c->in_width + x) * c->channels
                    : c->zeros;
    }
  for (int64_t channel = 0; channel < c->channels; channel += VW) {
    int64_t left = c->channels - channel;
    vf sums[depthwise_pixels] = {};
    for (int64_t tap = 0; tap < taps; tap++) {
      vf w = get(c->weights + tap * c->channels + channel, left);
      UNROLL for (int i = 0; i < depthwise_pixels; i++)
        sums[i] = fma_v(get(from[tap][i] + channel, left), w, sums[i]);
    }
    vf bias = c->bias ? get(c->bias + channel, left) : (vf){};
    for (int i = 0; i < count; i++) {
      int64_t at = ((image * c->height + row) * c->width + column + i) * c->channels + channel;
      vf y = activate(sums[i] + bias, c->activation);
      if (c->residual) y += get(c->residual + at, left);
      put(c->output, at, activate(y, c->last_activation), left, c->output_is_bf16);
    }
  }
}

static void depthwise(const void *context, int64_t task, int64_t thread) {
  const CKernels_depthwise *c = context;
  (void)thread;
  for (int64_t column = 0; column < c->width; column += depthwise_pixels) {
    int64_t left = c->width - column;
    depthwise_block(c, task / c->height, task % c->height, column,
                    left < depthwise_pixels ? (int)left : depthwise_pixels);
  }
}
