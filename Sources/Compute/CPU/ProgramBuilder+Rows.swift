import CKernels

extension ProgramBuilder {
  /// How group normalisation divides an image's pixels: at most 32 parts, whatever the thread count.
  static func normalizationChunks(pixels: Int) -> (pixels: Int, count: Int) {
    let perChunk = max(256, (pixels + 31) / 32)
    return (perChunk, (pixels + perChunk - 1) / perChunk)
  }

  mutating func emitGroupNorm(
    _ operation: Operation, groups: Int, epsilon: Float, scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    let shape = graph.shapes[operation.inputs[0]]
    let chunks = Self.normalizationChunks(pixels: shape[2] * shape[3])
    var context = CKernels_group_norm()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.weight = UnsafePointer(try address(of: operation.inputs[1]))
    context.bias = UnsafePointer(try address(of: operation.inputs[2]))
    context.partial = scratch.assumingMemoryBound(to: Float.self)
    context.images = Int64(shape[0])
    context.pixels = Int64(shape[2] * shape[3])
    context.channels = Int64(shape[1])
    context.groups = Int64(groups)
    context.pixels_per_chunk = Int64(chunks.pixels)
    context.chunks = Int64(chunks.count)
    context.epsilon = epsilon
    context.activation = operation.activation.kernelCode
    context.output_is_bf16 = graph.isRounded(operation.output)
    add(functions.group_norm_sums, context, tasks: shape[0] * chunks.count)
    add(functions.group_norm_apply, context, tasks: shape[0] * chunks.count)
  }

  /// Layer normalisation, softmax or length along the axis that is last in memory.
  mutating func emitRows(
    _ operation: Operation, _ kernel: @escaping CKernels_task, epsilon: Float
  ) throws(ComputeError) {
    let shape = graph.shapes[operation.inputs[0]]
    let columns = shape.innermostCount
    var context = CKernels_rows()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    if operation.inputs.count > 1 {
      context.weight = UnsafePointer(try address(of: operation.inputs[1]))
      context.bias = UnsafePointer(try address(of: operation.inputs[2]))
    }
    context.rows = Int64(shape.elementCount / columns)
    context.columns = Int64(columns)
    context.rows_per_task = Int64(max(1, 8192 / columns))
    context.epsilon = epsilon
    context.output_is_bf16 = graph.isRounded(operation.output)
    let tasks = (context.rows + context.rows_per_task - 1) / context.rows_per_task
    add(kernel, context, tasks: Int(tasks))
  }
}
