#include "CFaceDetector.h"
#include <dlib/revision.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *CFaceDetector_dlib_version(void) {
  return TEXT(DLIB_MAJOR_VERSION) "." TEXT(DLIB_MINOR_VERSION) "." TEXT(DLIB_PATCH_VERSION);
}
