import CKernels

extension ProgramBuilder {
  /// Operators that only move elements: each is a copy between two views of the same sizes.
  mutating func emitArrangement(
    _ operation: Operation, _ kind: Operator
  ) throws(ComputeError) {
    let input = graph.shapes[operation.inputs[0]]
    let output = graph.shapes[operation.output]
    let source = StridedView(inMemory: input)
    let target = StridedView(inMemory: output)
    switch kind {
    case .concatenate(let axis): try emitConcatenation(operation, axis: axis)
    case .slice(let axis, let start):
      let part = source.slice(axis: axis, start: start, count: output[axis])
      try emitCopy(operation.inputs[0], part, operation.output, target)
    case .reshape:
      let shape = input.count == 4 ? input : output
      let from = input.count == 4 ? source : StridedView(rowMajor: shape)
      let to = input.count == 4 ? StridedView(rowMajor: shape) : target
      try emitCopy(operation.inputs[0], from, operation.output, to)
    case .permute(let order):
      try emitCopy(operation.inputs[0], source.permuted(order), operation.output, target)
    case .pixelShuffle(let factor):
      let (folded, spread) = squares(folded: input, spread: output, factor: factor)
      try emitCopy(operation.inputs[0], folded, operation.output, spread)
    case .pixelUnshuffle(let factor):
      let (folded, spread) = squares(folded: output, spread: input, factor: factor)
      try emitCopy(operation.inputs[0], spread, operation.output, folded)
    case .upsampleNearest(let factor):
      let spread = target.split(axis: 3, into: [input[3], factor]).split(
        axis: 2, into: [input[2], factor])
      var repeated = source
      repeated.sizes = spread.sizes
      repeated.strides.insert(0, at: 3)
      repeated.strides.append(0)
      try emitCopy(operation.inputs[0], repeated, operation.output, spread)
    default: preconditionFailure("\(kind.name) has a kernel of its own")
    }
  }

  private mutating func emitConcatenation(
    _ operation: Operation, axis: Int
  ) throws(ComputeError) {
    let target = StridedView(inMemory: graph.shapes[operation.output])
    var start = 0
    for value in operation.inputs {
      let shape = graph.shapes[value]
      let part = target.slice(axis: axis, start: start, count: shape[axis])
      try emitCopy(value, StridedView(inMemory: shape), operation.output, part)
      start += shape[axis]
    }
  }

  /// Both sides of a pixel shuffle as [N, C, dy, dx, H, W].
  private func squares(
    folded: [Int], spread: [Int], factor: Int
  ) -> (folded: StridedView, spread: StridedView) {
    let channels = StridedView(inMemory: folded).split(
      axis: 1, into: [spread[1], factor, factor])
    let pixels = StridedView(inMemory: spread).split(axis: 3, into: [folded[3], factor]).split(
      axis: 2, into: [folded[2], factor])
    return (channels, pixels.permuted([0, 1, 3, 5, 2, 4]))
  }

  private mutating func emitCopy(
    _ input: ValueID, _ source: StridedView, _ output: ValueID, _ target: StridedView
  ) throws(ComputeError) {
    var copy = makeCopy(from: source, to: target)
    copy.context.input = UnsafePointer(try address(of: input)) + copy.inputOffset
    copy.context.output = try address(of: output) + copy.outputOffset
    add(functions.copy, copy.context, tasks: Int(copy.tasks))
  }
}
