#include "CFaceDetector.h"
#include <cstdlib>
#include <cstring>
#include <dlib/array2d.h>
#include <dlib/image_transforms.h>
#include <new>

int32_t CFaceDetector_edges(const uint8_t *plane, int32_t width, int32_t height, int32_t low,
                            int32_t high, uint8_t *edges) {
  if (!plane || !edges || width <= 0 || height <= 0 || low < 0 || high < low)
    return CFaceDetector_bad_argument;
  try {
    dlib::array2d<uint8_t> image(height, width), found;
    dlib::array2d<int16_t> across, down;
    dlib::array2d<uint16_t> strengths;
    const size_t row_size = static_cast<size_t>(width);
    for (int32_t row = 0; row < height; row++)
      std::memcpy(&image[row][0], plane + static_cast<size_t>(row) * row_size, row_size);
    dlib::sobel_edge_detector(image, across, down);
    dlib::suppress_non_maximum_edges(across, down, strengths);
    for (long row = 0; row < height; row++)
      for (long column = 0; column < width; column++)
        if (strengths[row][column] != 0)
          strengths[row][column] = static_cast<uint16_t>(std::abs(across[row][column]) +
                                                         std::abs(down[row][column]));
    dlib::hysteresis_threshold(strengths, found, static_cast<uint16_t>(low),
                               static_cast<uint16_t>(high));
    for (int32_t row = 0; row < height; row++)
      std::memcpy(edges + static_cast<size_t>(row) * row_size, &found[row][0], row_size);
    return CFaceDetector_ok;
  } catch (const std::bad_alloc &) {
    return CFaceDetector_out_of_memory;
  } catch (...) {
    return CFaceDetector_failed;
  }
}
