#include "CKernelsCompute.h"
#include <math.h>
#include <string.h>


#define VW 4
#define BLOCK_VECTORS 2
#define TABLE CKernels_functions_plain


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

