#ifndef CKERNELS_PIXELS_H
#define CKERNELS_PIXELS_H
#include <stdint.h>

#include "CKernelsImaging.h"

// Pictures of interleaved bytes [height][width][channels], computed in whole numbers with the rounding of the libraries
// that MuseTalk calls. Functions that return int32_t give 0, or -1 when memory is short.

/// Resizes as OpenCV does: a filter of fixed width (2 or 8 taps) with 11-bit weights, edges repeated.
int32_t CKernelsPixels_resize_opencv(const uint8_t *in, int32_t width, int32_t height,
                                     int32_t channels, uint8_t *out, int32_t outWidth,
                                     int32_t outHeight, int32_t isLanczos);

/// Resizes as Pillow does: a triangle (2 wide) or cubic (4 wide) filter, widened where it shrinks, with 22-bit weights
/// over what lies inside the picture; rounded to bytes between the passes.
int32_t CKernelsPixels_resize_pillow(const uint8_t *in, int32_t width, int32_t height,
                                     int32_t channels, uint8_t *out, int32_t outWidth,
                                     int32_t outHeight, int32_t isCubic);

/// OpenCV's warpAffine with bilinear weights at 1/32 pixels: out(x, y) = in(inverse (x, y)), zero outside.
/// inverse holds two rows of three.
void CKernelsPixels_warp(const uint8_t *in, int32_t width, int32_t height, int32_t channels,
                         const double inverse[6], uint8_t *out, int32_t outWidth,
                         int32_t outHeight);

/// OpenCV's Gaussian blur of one plane with a square kernel of odd size and the deviation that OpenCV derives from it,
/// edges mirrored about the outermost pixels.
int32_t CKernelsPixels_blur(const uint8_t *in, int32_t width, int32_t height, int32_t kernelSize,
                            uint8_t *out);

/// Greatest value of one plane under a figure: row k of it, at firstRow + k from the pixel, spans reach[k] pixels to
/// both sides (none where negative). Nothing outside the plane counts. Reaches are at most 255.
int32_t CKernelsPixels_dilate(const uint8_t *in, int32_t width, int32_t height, int32_t firstRow,
                              const int32_t *reach, int32_t rows, uint8_t *out);

/// out = (out (255 - mask) + in mask) / 255, rounded as Pillow does; mask has one channel.
void CKernelsPixels_blend(const uint8_t *in, const uint8_t *mask, int32_t count, int32_t channels,
                          uint8_t *out);

/// 255 where the class is in a set (bit n stands for class n), else 0.
void CKernelsPixels_matching(const uint8_t *classes, int32_t count, uint32_t set, uint8_t *out);

/// Completes a mask in `out`: up to column `left` and from column `right` on it becomes `narrow`; pixels of the classes
/// `never` are cleared and those of `always` set.
void CKernelsPixels_jaw(const uint8_t *narrow, const uint8_t *classes, int32_t width, int32_t height,
                        int32_t left, int32_t right, uint32_t never, uint32_t always, uint8_t *out);

/// Of logits [classes][count] the likeliest class of each pixel, the first of equals, and 255 times the likelihoods of
/// two sets of classes, to 1e-4. Logits that are not finite give any bytes.
void CKernelsPixels_classes(const float *logits, int32_t classes, int32_t count, uint32_t members,
                            uint32_t hiding, uint8_t *likeliest, uint8_t *member, uint8_t *hidden);

/// A rectangle of a 4:2:0 frame; it may reach beyond the frame.
typedef struct {
  int32_t width, height, left, top, boxWidth, boxHeight;
  CKernelsImaging_color color;
  /// Whether every chroma sample stands for its four pixels as it is; else it is interpolated.
  int32_t repeatsChroma;
} CKernelsPixels_box;

/// The rectangle as RGB bytes; beyond the frame its edge repeats, or all is black.
void CKernelsPixels_read_box(CKernelsPixels_box box, const uint8_t *luma, const uint8_t *first,
                             const uint8_t *second, int32_t isBlackOutside, uint8_t *rgb);

/// Writes the pixels of the rectangle that differ between two RGB pictures into the planes.
///
/// Luma moves by as much as the colours' luma did. A chroma sample becomes the mean, weighed 1-2-1 over columns and
/// equally over its two rows (equally over its four pixels where chroma is repeated), of the changed pixels' chroma and,
/// for the others, of what it was.
void CKernelsPixels_write_box(CKernelsPixels_box box, const uint8_t *before, const uint8_t *after,
                              uint8_t *luma, uint8_t *first, uint8_t *second);

#endif
