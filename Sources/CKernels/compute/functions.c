#include "CKernels.h"
#include "CKernelsCompute.h"

extern const CKernels_functions CKernels_functions_plain;
#if defined(__x86_64__)
extern const CKernels_functions CKernels_functions_avx2;
extern const CKernels_functions CKernels_functions_avx512;
extern const CKernels_functions CKernels_functions_avx512_bf16;
#endif

const CKernels_functions *CKernels_functions_for(int32_t level) {
  int32_t most = CKernels_instruction_set();
  if (level > most) level = most;
#if defined(__x86_64__)
  if (level >= 3) return &CKernels_functions_avx512_bf16;
  if (level == 2) return &CKernels_functions_avx512;
  if (level == 1) return &CKernels_functions_avx2;
#endif
  return &CKernels_functions_plain;
}
