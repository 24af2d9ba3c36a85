#ifndef CKERNELS_H
#define CKERNELS_H
#include <stddef.h>
#include <stdint.h>

#include "CKernelsAudio.h"
#include "CKernelsCompute.h"
#include "CKernelsImaging.h"
#include "CKernelsPixels.h"

// SIMD kernels chosen at run time by CPU features; plain C is always there.

/// What this CPU (lowered by AVATAR_MAX_ISA) may run: 0 plain, 1 AVX2+FMA, 2 AVX-512, 3 AVX-512 with bf16.
int32_t CKernels_instruction_set(void);

/// Has the C library use freed pieces of up to 256 MiB again rather than hand each back: while weights are loaded, getting
/// them anew, page by page, takes as long as all else.
void CKernels_keep_freed_memory(void);

#endif
