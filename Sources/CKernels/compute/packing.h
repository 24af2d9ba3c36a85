// Weights in the order in which products read them: column blocks of [depth, width], rounded up to vectors.

static int64_t packed_count(int64_t outputs, int64_t depth) {
  return (outputs + VW - 1) / VW * VW * depth;
}

static void pack(const float *weight, int64_t outputs, int64_t depth, int64_t output_stride,
                 int64_t depth_stride, float *packed) {
  const int64_t block = BLOCK_VECTORS * VW;
  for (int64_t start = 0; start < outputs; start += block) {
    int64_t left = outputs - start;
    int64_t width = left < block ? (left + VW - 1) / VW * VW : block;
    int64_t real = left < width ? left : width;
    for (int64_t k = 0; k < depth; k++, packed += width) {
      const float *from = weight + start * output_stride + k * depth_stride;
      for (int64_t o = 0; o < real; o++) packed[o] = from[o * output_stride];
      for (int64_t o = real; o < width; o++) packed[o] = 0;
    }
  }
}

static uint16_t to_bf16(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  if (x != x) return 0x7fc0;
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static void pack_bf16(const float *weight, int64_t outputs, int64_t depth, uint16_t *packed) {
  const int64_t block = BLOCK_VECTORS * VW;
  for (int64_t start = 0; start < outputs; start += block) {
    int64_t left = outputs - start;
    int64_t width = left < block ? (left + VW - 1) / VW * VW : block;
    for (int64_t k = 0; k < depth; k += 2)
      for (int64_t o = 0; o < width; o++)
        for (int64_t i = 0; i < 2; i++)
          *packed++ = o < left ? to_bf16(weight[(start + o) * depth + k + i]) : 0;
  }
}
