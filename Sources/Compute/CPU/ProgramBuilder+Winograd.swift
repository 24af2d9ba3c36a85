import CKernels

extension ProgramBuilder {
  /// A convolution 3x3 through transformed squares: one step, or transforms and then products.
  mutating func emitWinograd(
    _ operation: Operation, _ geometry: ConvolutionGeometry, _ layout: WinogradLayout,
    scratch: UnsafeMutableRawPointer
  ) throws(ComputeError) {
    let (input, output) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.output])
    let isRounded = graph.readsRoundedFactor(operation)
    let depth = isRounded ? (input[1] + 1) / 2 * 2 : input[1]
    var context = CKernels_winograd()
    context.input = UnsafeRawPointer(try address(of: operation.factor ?? operation.inputs[0]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.zeros = UnsafeRawPointer(try program.constants.allocate(Float.self, depth))
    context.weights = try transformedWeights(
      operation, depth: depth, points: layout.points, isRounded: isRounded)
    context.bias = try bias(of: operation)
    if let residual = operation.residual {
      context.residual = UnsafePointer(try address(of: residual))
    }
    context.activation = operation.activation.kernelCode
    context.last_activation = operation.lastActivation.kernelCode
    context.output_is_bf16 = graph.isRounded(operation.output)
    (context.in_height, context.in_width) = (Int64(input[2]), Int64(input[3]))
    (context.height, context.width) = (Int64(output[2]), Int64(output[3]))
    (context.depth, context.outputs) = (Int64(depth), Int64(output[1]))
    context.top = Int64(geometry.padding.top)
    context.left = Int64(geometry.padding.left)
    context.points = Int64(layout.points)
    context.squares = Int64(layout.squares)
    (context.squares_high, context.squares_wide) =
      (Int64(layout.squaresHigh), Int64(layout.squaresWide))
    context.groups_per_task = Int64(layout.groupsPerTask)
    context.group_tasks = Int64(layout.groupTasks)
    addSteps(&context, layout, scratch: scratch, isRounded: isRounded)
  }

  private func addSteps(
    _ context: inout CKernels_winograd, _ layout: WinogradLayout,
    scratch: UnsafeMutableRawPointer, isRounded: Bool
  ) {
    guard layout.isSplit else {
      context.scratch = scratch
      context.transformed_bytes = Int64(layout.transformedByteCount)
      context.scratch_per_thread = Int64(layout.transformedByteCount + layout.sumByteCount)
      let kernel = isRounded ? functions.winograd_bf16! : functions.winograd!
      return add(kernel, context, tasks: layout.groupTasks)
    }
    context.transformed = scratch
    context.scratch = scratch + layout.transformedByteCount
    context.scratch_per_thread = Int64(layout.sumByteCount)
    let groups = (layout.squares + Int(functions.row_tile) - 1) / Int(functions.row_tile)
    let blocks = (context.outputs + functions.block_columns - 1) / functions.block_columns
    add(
      isRounded ? functions.winograd_transform_bf16! : functions.winograd_transform!, context,
      tasks: groups)
    add(
      isRounded ? functions.winograd_product_bf16! : functions.winograd_product!, context,
      tasks: Int(blocks) * layout.groupTasks)
  }

  private func transformedWeights(
    _ operation: Operation, depth: Int, points: Int, isRounded: Bool
  ) throws(ComputeError) -> UnsafeRawPointer {
    let weight = try graph.constantTensor(operation.inputs[1])
    var context = CKernels_winograd_weights()
    context.outputs = Int64(weight.shape[0])
    context.inputs = Int64(weight.shape[1])
    context.depth = Int64(depth)
    context.points = Int64(points)
    context.is_bf16 = isRounded ? 1 : 0
    let count = points * points * Int(functions.packed_count(context.outputs, context.depth))
    context.packed =
      isRounded
      ? UnsafeMutableRawPointer(try program.constants.allocate(UInt16.self, count))
      : UnsafeMutableRawPointer(try program.constants.allocate(Float.self, count))
    let blocks = (context.outputs + functions.block_columns - 1) / functions.block_columns
    weight.values.withUnsafeBufferPointer { values in
      context.weight = values.baseAddress
      withUnsafePointer(to: context) { pointer in
        threads.run([CKernels_step(run: functions.pack_winograd, context: pointer, tasks: blocks)])
      }
    }
    return UnsafeRawPointer(context.packed)
  }
}
