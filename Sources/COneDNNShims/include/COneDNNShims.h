#ifndef CONEDNN_SHIMS_H
#define CONEDNN_SHIMS_H
#include <stdint.h>

// The one place that knows oneDNN's API version.
int32_t COneDNN_major_version(void);

#endif
