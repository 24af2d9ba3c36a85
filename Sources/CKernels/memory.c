#include "CKernels.h"
#include <malloc.h>

// Freed memory beyond this is handed back.
static const int kept_bytes = 1 << 28;

void CKernels_keep_freed_memory(void) {
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, kept_bytes);
  mallopt(M_TRIM_THRESHOLD, kept_bytes);
#endif
}
