#ifndef CFACEDETECTOR_H
#define CFACEDETECTOR_H
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Version of the dlib that is linked, as "19.24.0".
const char *CFaceDetector_dlib_version(void);

#ifdef __cplusplus
}
#endif

#endif
