#include "CKernels.h"

static inline int32_t clamped_index(int32_t i, int32_t count) {
  return i < 0 ? 0 : i >= count ? count - 1 : i;
}

static inline uint8_t byte(float value) {
  return (uint8_t)((value < 0 ? 0 : value > 255 ? 255 : value) + 0.5f);
}

// One chroma plane at a luma pixel: its columns lie on every second luma column, its rows between two luma rows.
static float chroma_at(const CKernelsPixels_box *box, const uint8_t *plane, int32_t x, int32_t y) {
  int32_t width = box->width / 2, height = box->height / 2, column = x / 2, row = y / 2;
  if (box->repeatsChroma) return plane[row * width + column];
  int32_t right = clamped_index(column + (x & 1), width);
  int32_t other = clamped_index(y & 1 ? row + 1 : row - 1, height);
  float near = (float)(plane[row * width + column] + plane[row * width + right]);
  float far = (float)(plane[other * width + column] + plane[other * width + right]);
  return near * 0.375f + far * 0.125f;
}

typedef struct {
  float luma, lumaOffset, red, blue, greenFromLuma, greenFromRed, greenFromBlue;
} decoding;

static decoding make_decoding(CKernelsImaging_color color) {
  float green = 1 - color.red - color.blue;
  return (decoding){255 / color.lumaScale,
                    color.lumaOffset,
                    510 * (1 - color.red) / color.chromaScale,
                    510 * (1 - color.blue) / color.chromaScale,
                    1 / green,
                    color.red / green,
                    color.blue / green};
}

static void read_pixel(const CKernelsPixels_box *box, const decoding *d, const uint8_t *luma,
                       const uint8_t *first, const uint8_t *second, int32_t x, int32_t y,
                       uint8_t *rgb) {
  float level = ((float)luma[y * box->width + x] - d->lumaOffset) * d->luma;
  float red = level + d->red * (chroma_at(box, second, x, y) - 128);
  float blue = level + d->blue * (chroma_at(box, first, x, y) - 128);
  rgb[0] = byte(red);
  rgb[1] = byte(level * d->greenFromLuma - red * d->greenFromRed - blue * d->greenFromBlue);
  rgb[2] = byte(blue);
}

void CKernelsPixels_read_box(CKernelsPixels_box box, const uint8_t *luma, const uint8_t *first,
                             const uint8_t *second, int32_t isBlackOutside, uint8_t *rgb) {
  decoding d = make_decoding(box.color);
  for (int32_t j = 0; j < box.boxHeight; j++)
    for (int32_t i = 0; i < box.boxWidth; i++, rgb += 3) {
      int32_t x = box.left + i, y = box.top + j;
      int32_t inX = clamped_index(x, box.width), inY = clamped_index(y, box.height);
      if (isBlackOutside && (x != inX || y != inY))
        rgb[0] = rgb[1] = rgb[2] = 0;
      else
        read_pixel(&box, &d, luma, first, second, inX, inY, rgb);
    }
}

static float luma_of(const CKernelsImaging_color *color, const uint8_t *rgb) {
  return color->red * rgb[0] + (1 - color->red - color->blue) * rgb[1] + color->blue * rgb[2];
}

static int32_t differs(const uint8_t *a, const uint8_t *b) {
  return a[0] != b[0] || a[1] != b[1] || a[2] != b[2];
}

// The chroma sample of a column and row of the chroma planes.
static void write_chroma(const CKernelsPixels_box *box, const uint8_t *before, const uint8_t *after,
                         int32_t column, int32_t row, uint8_t *first, uint8_t *second) {
  const CKernelsImaging_color *color = &box->color;
  int32_t at = row * (box->width / 2) + column;
  float weights = 0, blue = 0, red = 0;
  for (int32_t j = 0; j < 2; j++)
    for (int32_t i = box->repeatsChroma ? 0 : -1; i < 2; i++) {
      int32_t x = 2 * column + i - box->left, y = 2 * row + j - box->top;
      if (x < 0 || y < 0 || x >= box->boxWidth || y >= box->boxHeight) continue;
      int32_t pixel = 3 * (y * box->boxWidth + x);
      if (!differs(before + pixel, after + pixel)) continue;
      float weight = i == 0 || box->repeatsChroma ? 0.25f : 0.125f;
      float level = luma_of(color, after + pixel);
      weights += weight;
      blue += weight * (after[pixel + 2] - level);
      red += weight * (after[pixel] - level);
    }
  if (weights == 0) return;
  float toBlue = color->chromaScale / 510 / (1 - color->blue);
  float toRed = color->chromaScale / 510 / (1 - color->red);
  first[at] = byte(128 + ((float)first[at] - 128) * (1 - weights) + blue * toBlue);
  second[at] = byte(128 + ((float)second[at] - 128) * (1 - weights) + red * toRed);
}

void CKernelsPixels_write_box(CKernelsPixels_box box, const uint8_t *before, const uint8_t *after,
                              uint8_t *luma, uint8_t *first, uint8_t *second) {
  float scale = box.color.lumaScale / 255;
  int32_t left = clamped_index(box.left, box.width), top = clamped_index(box.top, box.height);
  int32_t right = box.left + box.boxWidth, bottom = box.top + box.boxHeight;
  right = right < box.width ? right : box.width;
  bottom = bottom < box.height ? bottom : box.height;
  for (int32_t y = top; y < bottom; y++)
    for (int32_t x = left; x < right; x++) {
      int32_t pixel = 3 * ((y - box.top) * box.boxWidth + x - box.left);
      if (!differs(before + pixel, after + pixel)) continue;
      float change = luma_of(&box.color, after + pixel) - luma_of(&box.color, before + pixel);
      uint8_t *at = luma + y * box.width + x;
      *at = byte((float)*at + scale * change);
    }
  for (int32_t row = top / 2; 2 * row < bottom; row++)
    for (int32_t column = left / 2; 2 * column - 1 < right && column < box.width / 2; column++)
      write_chroma(&box, before, after, column, row, first, second);
}
