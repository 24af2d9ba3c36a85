import CKernels

extension ProgramBuilder {
  mutating func emitResize(
    _ operation: Operation, alignCorners: Bool
  ) throws(ComputeError) {
    let (input, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    let rows = Reference.interpolation(from: input[2], to: output[2], alignCorners: alignCorners)
    let columns = Reference.interpolation(
      from: input[3], to: output[3], alignCorners: alignCorners)
    let constants = program.constants
    var context = CKernels_resize()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = try address(of: operation.output)
    context.row_first = UnsafePointer(try constants.store(rows.map { Int32($0.first) }))
    context.row_second = UnsafePointer(try constants.store(rows.map { Int32($0.second) }))
    context.row_share = UnsafePointer(try constants.store(rows.map(\.share)))
    context.column_first = UnsafePointer(try constants.store(columns.map { Int32($0.first) }))
    context.column_second = UnsafePointer(try constants.store(columns.map { Int32($0.second) }))
    context.column_share = UnsafePointer(try constants.store(columns.map(\.share)))
    (context.in_height, context.in_width) = (Int64(input[2]), Int64(input[3]))
    (context.height, context.width) = (Int64(output[2]), Int64(output[3]))
    context.channels = Int64(output[1])
    add(functions.resize, context, tasks: output[0] * output[2])
  }

  mutating func emitGridSample(
    _ operation: Operation, alignCorners: Bool
  ) throws(ComputeError) {
    let (input, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    var context = CKernels_grid_sample()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.grid = UnsafePointer(try address(of: operation.inputs[1]))
    context.output = try address(of: operation.output)
    (context.in_height, context.in_width) = (Int64(input[2]), Int64(input[3]))
    (context.height, context.width) = (Int64(output[2]), Int64(output[3]))
    context.channels = Int64(output[1])
    context.align_corners = alignCorners ? 1 : 0
    add(functions.grid_sample, context, tasks: output[0] * output[2])
  }

  mutating func emitPool(
    _ operation: Operation, _ geometry: PoolGeometry
  ) throws(ComputeError) {
    let (input, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    var context = CKernels_pool_window()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = try address(of: operation.output)
    (context.in_height, context.in_width) = (Int64(input[2]), Int64(input[3]))
    (context.height, context.width) = (Int64(output[2]), Int64(output[3]))
    context.channels = Int64(output[1])
    context.kernel = Int64(geometry.kernel)
    context.stride = Int64(geometry.stride)
    context.padding = Int64(geometry.padding)
    context.is_maximum = geometry.kind == .maximum ? 1 : 0
    add(functions.pool_window, context, tasks: output[0] * output[2])
  }

  mutating func emitGlobalAverage(_ operation: Operation) throws(ComputeError) {
    let input = graph.shapes[operation.inputs[0]]
    var context = CKernels_global_average()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = try address(of: operation.output)
    context.pixels = Int64(input[2] * input[3])
    context.channels = Int64(input[1])
    add(functions.global_average, context, tasks: input[0])
  }
}
