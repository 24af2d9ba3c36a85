#ifndef CKERNELS_COMPUTE_H
#define CKERNELS_COMPUTE_H
#include <stddef.h>
#include <stdint.h>

// Kernels of module Compute. Each is a function over a context, called once for every task of a step;
// a task's result depends on nothing but the context and the task's number, so that any number of
// threads gives the same bytes. Pictures are [N, H, W, C] in memory.

/// Computes task number `task` of `context`; `thread` counts from 0 and picks scratch memory.
typedef void (*CKernels_task)(const void *context, int64_t task, int64_t thread);

/// One step of a program: tasks that may run at the same time.
typedef struct {
  CKernels_task run;
  const void *context;
  int64_t tasks;
} CKernels_step;

enum {
  CKernels_identity = 0,
  CKernels_silu = 1,
  CKernels_gelu = 2,
  CKernels_relu = 3,
  CKernels_sigmoid = 4,
  CKernels_tanh = 5,
  CKernels_hard_sigmoid = 6,
};

/// output[r, o] = epilogue(sum over taps and depth of input[r at tap, d] * weight[o, tap, d]).
///
/// The epilogue adds `bias`, applies `activation`, adds `residual` and applies `last_activation`. Row r reads the input's
/// row r, or with `is_picture` the pixels under the kernel's taps: rows are then the output's pixels.
typedef struct {
  const void *input;          // float, or bf16 in the bf16 form
  int64_t input_stride;       // elements from row to row, or from pixel to pixel
  const void *zeros;          // `depth` zeros, for pixels beyond the picture's edge
  const void *weights;        // packed by CKernels_pack or CKernels_pack_bf16
  const float *bias;          // [outputs] or NULL
  const float *residual;      // [rows, outputs] or NULL
  int64_t residual_stride;
  void *output;               // [rows, outputs]
  int64_t output_stride;
  int64_t rows, taps, depth, outputs;
  int64_t in_height, in_width, out_height, out_width;
  int64_t kernel_width, stride, dilation, top, left;
  int64_t upsampling;         // the input's pixels are read this many times in both directions
  int64_t rows_per_task, row_tasks;  // task = column block * row_tasks + row task
  int32_t activation, last_activation;
  int32_t output_is_bf16, is_picture;
} CKernels_product;

enum { CKernels_depthwise_taps = 128 };

/// A convolution with one input channel per output channel and no more taps than CKernels_depthwise_taps; task = output
/// row over all images.
typedef struct {
  const float *input;         // [images, in_height, in_width, channels]
  const float *zeros;         // `channels` zeros
  const float *weights;       // [taps, channels]
  const float *bias;          // [channels] or NULL
  const float *residual;      // as output, or NULL
  void *output;               // [images, height, width, channels]
  int64_t in_height, in_width, height, width, channels;
  int64_t kernel_height, kernel_width, stride, dilation, top, left;
  int32_t activation, last_activation;
  int32_t output_is_bf16;
} CKernels_depthwise;

/// A convolution 3x3 with stride 1 by Winograd's transform, or of a picture read twice as large (3 points).
///
/// The epilogue is that of a product. Squares of the picture are numbered over all images; groups of `row_tile`
/// squares are multiplied together.
typedef struct {
  const void *input;     // [images, in_height, in_width, depth], float or bf16
  const void *zeros;     // `depth` zeros
  const void *weights;   // packed by pack_winograd
  const float *bias;     // [outputs] or NULL
  const float *residual; // as output, or NULL
  void *output;          // [images, height, width, outputs]
  void *transformed;     // all groups, for winograd_transform and winograd_product
  void *scratch;         // per thread: transformed groups (winograd only), then sums
  int64_t scratch_per_thread, transformed_bytes;  // in bytes
  int64_t in_height, in_width, height, width, depth, outputs;
  int64_t top, left;     // rows and columns of zeros before the picture
  int64_t points;        // 3, 4 or 6
  int64_t squares, squares_high, squares_wide;
  int64_t groups_per_task, group_tasks;
  int32_t activation, last_activation;
  int32_t output_is_bf16;
} CKernels_winograd;

/// Weights [outputs, inputs, 3, 3] to be transformed; task = column block; `packed` is zeroed.
typedef struct {
  const float *weight;
  void *packed;          // points * points * packed_count(outputs, depth) elements
  int64_t outputs, inputs, depth, points;
  int32_t is_bf16;
} CKernels_winograd_weights;

/// output[...] = input[...] over up to six axes with strides in elements; tasks split the first axis.
typedef struct {
  const float *input;
  float *output;
  int64_t sizes[6], input_strides[6], output_strides[6];
  int64_t per_task;
} CKernels_copy;

/// output[...] = a[...] op b[...] over up to six axes; `output` is dense; tasks split the first axis.
typedef struct {
  const float *a, *b;
  float *output;
  int64_t sizes[6], a_strides[6], b_strides[6];
  int64_t per_task;
  int32_t operation;  // 0 add, 1 subtract, 2 multiply, 3 divide, 4 maximum
} CKernels_arithmetic;

/// output[r, c] = clamp(activation(input[r, c]) * scale + shift); columns up to `output_stride` become 0.
typedef struct {
  const float *input;
  void *output;
  int64_t rows, columns, input_stride, output_stride, rows_per_task;
  float scale, shift, lower, upper;
  int32_t activation, output_is_bf16;
} CKernels_map;

/// Group normalisation of [images, pixels, channels], then `activation`.
typedef struct {
  const float *input;
  void *output;
  const float *weight, *bias;
  float *partial;       // [images, chunks, 2, channels]
  int64_t images, pixels, channels, groups, pixels_per_chunk, chunks;
  float epsilon;
  int32_t activation, output_is_bf16;
} CKernels_group_norm;

/// Normalisation, softmax or length of each row of [rows, columns].
typedef struct {
  const float *input;
  void *output;
  const float *weight, *bias;
  int64_t rows, columns, rows_per_task;
  float epsilon;
  int32_t output_is_bf16;
} CKernels_rows;

/// softmax(q k^T * scale) v for each head.
///
/// attention_pack packs keys and values, task = image * heads + head; attention then takes
/// task = (image * heads + head) * row_tasks + row task. The bf16 forms read bf16 and want an even `size`.
typedef struct {
  const void *query, *key, *value;
  void *output;
  void *packed;         // for each head of each image: keys, then values
  int64_t packed_key_bytes, packed_bytes;
  void *scratch;        // per thread: scores, weights in bf16, results
  int64_t scratch_per_thread;
  int64_t images, heads, length, span, size, value_size;
  int64_t rows_per_task, row_tasks;
  float scale;
  int32_t output_is_bf16;
} CKernels_attention;

/// output[r, c] = input[r, c] * activation(input[r, columns + c]).
typedef struct {
  const float *input;   // [rows, 2 * columns]
  void *output;         // [rows, columns]
  int64_t rows, columns, rows_per_task;
  int32_t activation, output_is_bf16;
} CKernels_gate;

/// a [batches, rows, depth] times b [batches, depth, columns] (or its transpose); task = batch.
typedef struct {
  const float *a, *b;
  float *output;
  float *scratch;       // per thread: packed b
  int64_t scratch_per_thread;
  int64_t rows, depth, columns;
  int32_t transposed;
} CKernels_matmul;

/// Bilinear resizing of [images, in_height, in_width, channels]; task = output row over all images.
typedef struct {
  const float *input;
  float *output;
  const int32_t *row_first, *row_second, *column_first, *column_second;
  const float *row_share, *column_share;
  int64_t in_height, in_width, height, width, channels;
} CKernels_resize;

/// Bilinear sampling at grid [images, height, width, 2]; task = output row over all images.
typedef struct {
  const float *input, *grid;
  float *output;
  int64_t in_height, in_width, height, width, channels;
  int32_t align_corners;
} CKernels_grid_sample;

/// Average or maximum over windows; task = output row over all images.
typedef struct {
  const float *input;
  float *output;
  int64_t in_height, in_width, height, width, channels;
  int64_t kernel, stride, padding;
  int32_t is_maximum;
} CKernels_pool_window;

/// Mean over pixels of [images, pixels, channels]; task = image.
typedef struct {
  const float *input;
  float *output;
  int64_t pixels, channels;
} CKernels_global_average;

/// The kernels for one instruction set.
typedef struct {
  int64_t block_columns;  // outputs per column block of a product
  int64_t row_tile;       // rows that a product computes together
  int64_t vector;         // numbers in a vector
  int32_t has_native_bf16;  // else the functions named bf16 widen their inputs to float
  CKernels_task product, product_bf16;
  CKernels_task depthwise;
  /// Whole tasks of squares; or all transforms first, then task = column block * group_tasks + group task.
  CKernels_task winograd, winograd_transform, winograd_product;
  CKernels_task winograd_bf16, winograd_transform_bf16, winograd_product_bf16;
  CKernels_task pack_winograd;
  CKernels_task copy, arithmetic, map;
  CKernels_task group_norm_sums, group_norm_apply, layer_norm, softmax, length;
  CKernels_task attention_pack, attention, attention_pack_bf16, attention_bf16, matmul, gate;
  CKernels_task resize, grid_sample, pool_window, global_average;
  /// Elements of packed weights for `outputs` x `depth` (taps included).
  int64_t (*packed_count)(int64_t outputs, int64_t depth);
  /// Packs weight[o * output_stride + k * depth_stride] for product.
  void (*pack)(const float *weight, int64_t outputs, int64_t depth, int64_t output_stride,
               int64_t depth_stride, float *packed);
  /// The same in bf16; `depth` is even. Element (o, k) is weight[o * depth + k].
  void (*pack_bf16)(const float *weight, int64_t outputs, int64_t depth, uint16_t *packed);
} CKernels_functions;

/// The kernels for instruction set `level` (as in CKernels_instruction_set; not more than the CPU has).
const CKernels_functions *CKernels_functions_for(int32_t level);

/// A few threads that run programs together with the caller.
typedef struct CKernels_threads CKernels_threads;

/// Starts `count` - 1 threads; NULL when they cannot be started.
CKernels_threads *CKernels_threads_create(int32_t count);
void CKernels_threads_destroy(CKernels_threads *threads);

/// Runs `steps` one after another; with `seconds` not NULL, adds the caller's processor time for each step, in
/// which it works or waits for the other threads, to its entry: what other programs take does not count.
void CKernels_threads_run(CKernels_threads *threads, const CKernels_step *steps, int64_t count,
                          double *seconds);

#endif
