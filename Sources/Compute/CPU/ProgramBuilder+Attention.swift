import CKernels

extension ProgramBuilder {
  mutating func emitAttention(
    _ operation: Operation, heads: Int, scale: Float, scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    let (query, key) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.inputs[1]])
    var context = CKernels_attention()
    context.query = UnsafePointer(try address(of: operation.inputs[0]))
    context.key = UnsafePointer(try address(of: operation.inputs[1]))
    context.value = UnsafePointer(try address(of: operation.inputs[2]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.output_is_bf16 = graph.isRounded(operation.output)
    context.scratch = scratch.assumingMemoryBound(to: Float.self)
    context.scratch_per_thread = Int64(
      Self.attentionScratch(operation, graph, functions, heads: heads))
    context.images = Int64(query[0])
    context.heads = Int64(heads)
    context.length = Int64(query[1])
    context.span = Int64(key[1])
    context.size = Int64(query[2] / heads)
    context.value_size = Int64(graph.shapes[operation.inputs[2]][2] / heads)
    context.rows_per_task = Int64(Self.attentionRowsPerTask(query))
    context.row_tasks = (context.length + context.rows_per_task - 1) / context.rows_per_task
    context.scale = scale
    add(functions.attention, context, tasks: query[0] * heads * Int(context.row_tasks))
  }

  /// Floats of scratch per thread: packed keys, scores and packed values of one head.
  static func attentionScratch(
    _ operation: Operation, _ graph: FusedGraph, _ functions: CKernels_functions, heads: Int
  ) -> Int {
    let (query, key) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.inputs[1]])
    let valueSize = graph.shapes[operation.inputs[2]][2] / heads
    let packedKeys = functions.packed_count(Int64(key[1]), Int64(query[2] / heads))
    let packedValues = functions.packed_count(Int64(valueSize), Int64(key[1]))
    let count = Int(packedKeys + packedValues) + attentionRowsPerTask(query) * key[1]
    return (count + 15) / 16 * 16
  }

  private static func attentionRowsPerTask(_ query: [Int]) -> Int { min(query[1], 126) }

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
