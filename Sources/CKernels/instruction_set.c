#include "CKernels.h"
#include <stdlib.h>
#include <strings.h>

static int32_t detect(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512dq"))
    return 1;
  return __builtin_cpu_supports("avx512bf16") ? 3 : 2;
#else
  return 0;
#endif
}

static int32_t limit(void) {
  const char *name = getenv("AVATAR_MAX_ISA");
  if (!name || !*name) return 3;
  if (!strcasecmp(name, "plain")) return 0;
  if (!strcasecmp(name, "avx2")) return 1;
  if (!strcasecmp(name, "avx512")) return 2;
  return 3;
}

int32_t CKernels_instruction_set(void) {
  static int32_t chosen = -1;
  int32_t known = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (known < 0) {
    int32_t found = detect(), most = limit();
    known = found < most ? found : most;
    __atomic_store_n(&chosen, known, __ATOMIC_RELAXED);
  }
  return known;
}
