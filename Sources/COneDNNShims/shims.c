#include "COneDNNShims.h"
#include <oneapi/dnnl/dnnl.h>

int32_t COneDNN_major_version(void) { return DNNL_VERSION_MAJOR; }
