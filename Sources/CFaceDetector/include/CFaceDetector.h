#ifndef CFACEDETECTOR_H
#define CFACEDETECTOR_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Version of the dlib that is linked, as "19.24.0".
const char *CFaceDetector_dlib_version(void);

/// What a call came to.
enum {
  CFaceDetector_ok = 0,
  CFaceDetector_bad_argument = 1,
  CFaceDetector_out_of_memory = 2,
  CFaceDetector_failed = 3
};

/// An upright box in pixels of the given plane, and how sure the detector is (its threshold is 0).
typedef struct {
  double left, top, width, height, score;
} CFaceDetector_box;

/// dlib's frontal face detector. One thread at a time may use a handle.
typedef struct CFaceDetector_handle CFaceDetector_handle;

/// Makes a detector (its weights are in the library), or NULL.
CFaceDetector_handle *CFaceDetector_create(void);
void CFaceDetector_destroy(CFaceDetector_handle *handle);

/// Finds faces of about 80 pixels and more (40 with `upsample`) in a plane of brightness.
///
/// `score_shift` lowers (negative) or raises the score from which a face counts. Writes at most
/// `capacity` boxes, the surest first, and their number to `count`. Returns one of the codes above.
int32_t CFaceDetector_detect(CFaceDetector_handle *handle, const uint8_t *plane, int32_t width,
                             int32_t height, int32_t stride, int32_t upsample, double score_shift,
                             CFaceDetector_box *boxes, int32_t capacity, int32_t *count);

/// The edges of a plane of brightness by Canny's method, as dlib has its parts: 255 on an edge, 0 elsewhere.
///
/// The strength of an edge is the sum of its Sobel gradient's absolute values, as OpenCV has it by default. Edges are what is as strong as
/// `high`, and what hangs together with it and is as strong as `low`. Writes width * height bytes. Returns one of the codes above.
int32_t CFaceDetector_edges(const uint8_t *plane, int32_t width, int32_t height, int32_t low,
                            int32_t high, uint8_t *edges);

#ifdef __cplusplus
}
#endif

#endif
