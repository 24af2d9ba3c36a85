import CKernels

extension ProgramBuilder {
  /// A function of each element; without `kind`, rounding to bf16.
  mutating func emitMap(_ operation: Operation, _ kind: Operator?) throws(ComputeError) {
    var context = CKernels_map()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.output_is_bf16 = graph.isRounded(operation.output)
    context.scale = 1
    (context.lower, context.upper) = (-.infinity, .infinity)
    switch kind {
    case .activation(let activation): context.activation = Activation?(activation).kernelCode
    case .affine(let scale, let shift): (context.scale, context.shift) = (scale, shift)
    case .clamp(let lower, let upper): (context.lower, context.upper) = (lower, upper)
    default: break
    }
    let input = graph.shapes[operation.inputs[0]]
    let count = input.elementCount
    let columns: Int
    if kind == nil {
      columns = input.innermostCount
      context.output_stride = Int64(graph.shapes[operation.output].last!)
    } else {
      let part = min(1 << count.trailingZeroBitCount, 4096)
      columns = part >= 64 ? part : count
      context.output_stride = Int64(columns)
    }
    context.columns = Int64(columns)
    context.input_stride = Int64(columns)
    context.rows = Int64(count / columns)
    context.rows_per_task = Int64(max(1, 8192 / columns))
    let tasks = (context.rows + context.rows_per_task - 1) / context.rows_per_task
    add(functions.map, context, tasks: Int(tasks))
  }

  /// The first half of each row times the activation of the second.
  mutating func emitGate(
    _ operation: Operation, _ activation: Activation
  ) throws(ComputeError) {
    let output = graph.shapes[operation.output]
    var context = CKernels_gate()
    context.input = UnsafePointer(try address(of: operation.inputs[0]))
    context.output = UnsafeMutableRawPointer(try address(of: operation.output))
    context.output_is_bf16 = graph.isRounded(operation.output)
    context.activation = Activation?(activation).kernelCode
    context.columns = Int64(output.last!)
    context.rows = Int64(output.elementCount / output.last!)
    context.rows_per_task = max(1, 8192 / context.columns)
    let tasks = (context.rows + context.rows_per_task - 1) / context.rows_per_task
    add(functions.gate, context, tasks: Int(tasks))
  }

  mutating func emitArithmetic(
    _ operation: Operation, _ arithmetic: Arithmetic
  ) throws(ComputeError) {
    let output = graph.shapes[operation.output]
    func view(_ shape: [Int]) -> StridedView {
      let padded = shape.leftPadded(to: output.count)
      let strides = Array(repeating: 0, count: output.count - shape.count) + shape.memoryStrides
      let steps = zip(padded, strides).map { $0 == 1 ? 0 : $1 }
      return StridedView(sizes: output, strides: steps).permuted(output.memoryOrder)
    }
    let (a, b) = (graph.shapes[operation.inputs[0]], graph.shapes[operation.inputs[1]])
    var nest = LoopNest([view(a), view(b)])
    nest.splitForThreads()
    guard nest.sizes.count <= 6 else {
      throw .unsupported(
        plan: graph.plan.name, what: "arithmetic on \(a) and \(b): reduce the rank")
    }
    var context = CKernels_arithmetic()
    context.a = UnsafePointer(try address(of: operation.inputs[0]))
    context.b = UnsafePointer(try address(of: operation.inputs[1]))
    context.output = try address(of: operation.output)
    context.sizes = LoopNest.six(nest.sizes, filler: 1)
    context.a_strides = LoopNest.six(nest.strides[0], filler: 0)
    context.b_strides = LoopNest.six(nest.strides[1], filler: 0)
    context.per_task = nest.division.perTask
    switch arithmetic {
    case .add: context.operation = 0
    case .subtract: context.operation = 1
    case .multiply: context.operation = 2
    case .divide: context.operation = 3
    case .maximum: context.operation = 4
    }
    add(functions.arithmetic, context, tasks: Int(nest.division.tasks))
  }
}
