#include "CFaceDetector.h"
#include <algorithm>
#include <cstring>
#include <dlib/array2d.h>
#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_transforms.h>
#include <dlib/revision.h>
#include <new>
#include <tuple>
#include <vector>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *CFaceDetector_dlib_version(void) {
  return TEXT(DLIB_MAJOR_VERSION) "." TEXT(DLIB_MINOR_VERSION) "." TEXT(DLIB_PATCH_VERSION);
}

struct CFaceDetector_handle {
  dlib::frontal_face_detector detector;
};

CFaceDetector_handle *CFaceDetector_create(void) {
  try {
    return new CFaceDetector_handle{dlib::get_frontal_face_detector()};
  } catch (...) {
    return nullptr;
  }
}

void CFaceDetector_destroy(CFaceDetector_handle *handle) { delete handle; }

static std::vector<CFaceDetector_box> find(CFaceDetector_handle *handle, const uint8_t *plane,
                                           int32_t width, int32_t height, int32_t stride,
                                           bool upsample, double score_shift) {
  using Pyramid = dlib::pyramid_down<2>;
  dlib::array2d<uint8_t> image(height, width);
  for (int32_t row = 0; row < height; row++)
    std::memcpy(&image[row][0], plane + static_cast<size_t>(row) * static_cast<size_t>(stride),
                static_cast<size_t>(width));
  Pyramid pyramid;
  if (upsample) dlib::pyramid_up(image, pyramid);
  std::vector<dlib::rect_detection> found;
  handle->detector(image, found, score_shift);
  std::vector<CFaceDetector_box> boxes;
  for (const auto &detection : found) {
    dlib::drectangle box = detection.rect;
    if (upsample) box = pyramid.rect_down(box);
    boxes.push_back({box.left(), box.top(), box.width(), box.height(),
                     detection.detection_confidence});
  }
  std::sort(boxes.begin(), boxes.end(), [](const auto &a, const auto &b) {
    return std::tie(b.score, a.left, a.top, a.width) < std::tie(a.score, b.left, b.top, b.width);
  });
  return boxes;
}

int32_t CFaceDetector_detect(CFaceDetector_handle *handle, const uint8_t *plane, int32_t width,
                             int32_t height, int32_t stride, int32_t upsample, double score_shift,
                             CFaceDetector_box *boxes, int32_t capacity, int32_t *count) {
  if (!handle || !plane || !boxes || !count || width <= 0 || height <= 0 || stride < width ||
      capacity < 0)
    return CFaceDetector_bad_argument;
  *count = 0;
  try {
    auto found = find(handle, plane, width, height, stride, upsample != 0, score_shift);
    *count = static_cast<int32_t>(std::min<size_t>(found.size(), static_cast<size_t>(capacity)));
    std::copy_n(found.begin(), *count, boxes);
    return CFaceDetector_ok;
  } catch (const std::bad_alloc &) {
    return CFaceDetector_out_of_memory;
  } catch (...) {
    return CFaceDetector_failed;
  }
}
