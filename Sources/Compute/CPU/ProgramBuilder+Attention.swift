import CKernels

extension ProgramBuilder {
  mutating func emitAttention(
    _ operation: Operation, heads: Int, scale: Float, scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    let (query, key) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.inputs[1]])
    let layout = AttentionLayout(operation, graph, functions, heads: heads)
    var context = CKernels_attention()
    context.query = UnsafeRawPointer(try address(of: operation.inputs[0]))
    context.key = UnsafeRawPointer(try address(of: operation.inputs[1]))
    context.value = UnsafeRawPointer(try address(of: operation.inputs[2]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.output_is_bf16 = graph.isRounded(operation.output)
    context.packed = scratch
    context.packed_key_bytes = Int64(layout.keyByteCount)
    context.packed_bytes = Int64(layout.headByteCount)
    context.scratch = scratch + layout.packedByteCount
    context.scratch_per_thread = Int64(layout.rowByteCount)
    context.images = Int64(query[0])
    context.heads = Int64(heads)
    context.length = Int64(query[1])
    context.span = Int64(key[1])
    context.size = Int64(query[2] / heads)
    context.value_size = Int64(graph.shapes[operation.inputs[2]][2] / heads)
    context.rows_per_task = Int64(layout.rowsPerTask)
    context.row_tasks = (context.length + context.rows_per_task - 1) / context.rows_per_task
    context.scale = scale
    let packing = layout.isRounded ? functions.attention_pack_bf16! : functions.attention_pack!
    let kernel = layout.isRounded ? functions.attention_bf16! : functions.attention!
    add(packing, context, tasks: query[0] * heads)
    add(kernel, context, tasks: query[0] * heads * Int(context.row_tasks))
  }

  mutating func emitMatmul(
    _ operation: Operation, transposed: Bool, scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    let (a, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    var context = CKernels_matmul()
    context.a = UnsafePointer(try address(of: operation.inputs[0]))
    context.b = UnsafePointer(try address(of: operation.inputs[1]))
    context.output = try address(of: operation.output)
    context.scratch = scratch.assumingMemoryBound(to: Float.self)
    context.rows = Int64(a[a.count - 2])
    context.depth = Int64(a.last!)
    context.columns = Int64(output.last!)
    context.scratch_per_thread = functions.packed_count(context.columns, context.depth)
    context.transposed = transposed ? 1 : 0
    add(functions.matmul, context, tasks: a.dropLast(2).reduce(1, *))
  }
}

/// The memory that attention works in.
struct AttentionLayout {
  let isRounded: Bool
  let rowsPerTask: Int
  /// Bytes of one head's packed keys, and of its keys and values.
  let keyByteCount: Int
  let headByteCount: Int
  /// Bytes of all heads' packed keys and values.
  let packedByteCount: Int
  /// Bytes of scores, their weights in bf16 and results of one task.
  let rowByteCount: Int

  init(
    _ operation: FusedGraph.Operation, _ graph: FusedGraph, _ functions: CKernels_functions,
    heads: Int
  ) {
    let shapes = operation.inputs.prefix(3).map { graph.shapes[$0] }
    let (query, span, valueSize) = (shapes[0], shapes[1][1], shapes[2][2] / heads)
    isRounded = graph.isRounded(operation.inputs[0]) == 1
    let width = isRounded ? 2 : 4
    let vector = Int(functions.vector)
    func bytes(_ outputs: Int, _ depth: Int) -> Int {
      (Int(functions.packed_count(Int64(outputs), Int64(depth))) * width).roundedUp(to: 64)
    }
    keyByteCount = bytes(span, query[2] / heads)
    headByteCount = keyByteCount + bytes(valueSize, span.roundedUp(to: 2))
    packedByteCount = query[0] * heads * headByteCount
    // Scores share the second-level cache with keys and values.
    let line = span.roundedUp(to: vector)
    rowsPerTask = min(query[1], max(6, min(48, 65536 / line / 6 * 6)))
    rowByteCount =
      (rowsPerTask * (line * (isRounded ? 6 : 4) + valueSize.roundedUp(to: vector) * 4))
      .roundedUp(to: 64)
  }

  func scratchByteCount(threads: Int) -> Int { packedByteCount + threads * rowByteCount }
}

extension Int {
  /// The least multiple of `unit` that is no smaller.
  fileprivate func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
