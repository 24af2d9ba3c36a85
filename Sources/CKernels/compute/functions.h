// The kernels' table for the instruction set that the including file has switched on.
const CKernels_functions TABLE = {
    .block_columns = BLOCK_VECTORS * VW,
    .row_tile = TILE,
    .product = product,
#ifdef BF16
    .product_bf16 = product_bf16,
#endif
    .copy = copy,
    .arithmetic = arithmetic,
    .map = map,
    .group_norm_sums = group_norm_sums,
    .group_norm_apply = group_norm_apply,
    .layer_norm = layer_norm,
    .softmax = softmax,
    .length = length,
    .attention = attention,
    .matmul = matmul,
    .resize = resize,
    .grid_sample = grid_sample,
    .pool_window = pool_window,
    .global_average = global_average,
    .packed_count = packed_count,
    .pack = pack,
    .pack_bf16 = pack_bf16,
};
