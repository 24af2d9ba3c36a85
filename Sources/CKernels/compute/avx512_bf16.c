#include "CKernelsCompute.h"
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>

#define VW 16
#define BLOCK_VECTORS 4
#define TABLE CKernels_functions_avx512_bf16
#define NATIVE_BF16 1
#pragma clang attribute push(__attribute__((target("avx2,fma,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))), apply_to = function)
#include "vector.h"
#include "packing.h"
#include "sums.h"
#include "product.h"
#include "winograd.h"
#include "winograd_weights.h"
#include "depthwise.h"
#include "elementwise.h"
#include "normalization.h"
#include "attention.h"
#include "sampling.h"
#include "functions.h"
#pragma clang attribute pop
#endif
