extension FusedGraph {
  /// Turns nodes into operations; an activation or addition joins the operation that made its input.
  mutating func fuse(_ nodes: [Plan.Node]) {
    var uses: [ValueID: Int] = [:]
    for node in nodes { for input in node.inputs { uses[input, default: 0] += 1 } }
    for output in plan.outputs { uses[output, default: 0] += 1 }
    var pending: [Operation?] = []
    var maker: [ValueID: Int] = [:]

    for node in nodes {
      var operation = Operation(kind: .plain(node.kind), inputs: node.inputs, output: node.output)
      for input in node.inputs.sorted(by: { maker[$0] ?? -1 > maker[$1] ?? -1 }) {
        guard uses[input] == 1, let index = maker[input], let before = pending[index],
          let joined = join(before, operation, through: input)
        else { continue }
        operation = joined
        pending[index] = nil
        break
      }
      maker[node.output] = pending.count
      pending.append(operation)
    }
    operations = pending.compactMap { $0 }.flatMap { decompose($0) }
  }

  /// One operation that does `before` and then `after`, which reads `value` from it; nil if there is none.
  private func join(
    _ before: Operation, _ after: Operation, through value: ValueID
  ) -> Operation? {
    guard case .plain(let first) = before.kind, case .plain(let second) = after.kind else {
      return nil
    }
    var result = before
    result.output = after.output
    switch (first, second) {
    case (.convolution, .activation(let activation)), (.linear, .activation(let activation)):
      if before.activation == nil && before.residual == nil {
        result.activation = activation
      } else if before.residual != nil && before.lastActivation == nil {
        result.lastActivation = activation
      } else {
        return nil
      }
    case (.groupNorm, .activation(let activation)):
      guard before.activation == nil else { return nil }
      result.activation = activation
    case (.convolution, .arithmetic(.add)), (.linear, .arithmetic(.add)):
      let other = after.inputs[0] == value ? after.inputs[1] : after.inputs[0]
      guard before.residual == nil else { return nil }
      if isConstant(other) && isPerChannel(shapes[other], of: shapes[value]) {
        guard before.activation == nil else { return nil }
        result.biases.append(other)
      } else if shapes[other] == shapes[value] {
        result.residual = other
      } else {
        return nil
      }
    case (.upsampleNearest(let factor), .convolution(let geometry)):
      guard geometry.groups == 1, after.inputs[0] == value else { return nil }
      result = after
      result.inputs[0] = before.inputs[0]
      result.upsampling = factor
    default: return nil
    }
    return result
  }

  private func isPerChannel(_ shape: [Int], of result: [Int]) -> Bool {
    let channelAxis = result.count == 4 ? 1 : result.count - 1
    var expected = Array(repeating: 1, count: result.count)
    expected[channelAxis] = result[channelAxis]
    return shape.count <= result.count && shape.leftPadded(to: result.count) == expected
  }

  /// Operations that kernels exist for: softmax only along the axis that is last in memory, and changes
  /// of shape between pictures through a flat value.
  private mutating func decompose(_ operation: Operation) -> [Operation] {
    guard case .plain(let kind) = operation.kind else { return [operation] }
    let input = operation.inputs[0]
    let shape = shapes[input]
    switch kind {
    case .softmax(let axis):
      let last = shape.count == 4 ? 1 : shape.count - 1
      guard axis != last else { return [operation] }
      var order = Array(shape.indices)
      order.swapAt(axis, last)
      let moved = addValue(order.map { shape[$0] })
      let result = addValue(order.map { shape[$0] })
      return [
        Operation(kind: .plain(.permute(order)), inputs: [input], output: moved),
        Operation(kind: .plain(.softmax(axis: last)), inputs: [moved], output: result),
        Operation(kind: .plain(.permute(order)), inputs: [result], output: operation.output),
      ]
    case .reshape where shape.count == 4 && shapes[operation.output].count == 4:
      let flat = addValue([shape.elementCount])
      return [
        Operation(kind: .plain(.reshape), inputs: [input], output: flat),
        Operation(kind: .plain(.reshape), inputs: [flat], output: operation.output),
      ]
    default: return [operation]
    }
  }
}
