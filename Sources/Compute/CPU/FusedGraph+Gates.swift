extension FusedGraph {
  /// Turns slices of one value into halves, an activation of the second half and their product into one operation.
  mutating func fuseGates() {
    var maker: [ValueID: Int] = [:]
    var uses: [ValueID: Int] = [:]
    for (index, operation) in operations.enumerated() {
      maker[operation.output] = index
      for value in operation.reads { uses[value, default: 0] += 1 }
    }
    for output in plan.outputs { uses[output, default: 0] += 1 }
    var absorbed: Set<Int> = []
    for index in operations.indices {
      guard case .plain(.arithmetic(.multiply)) = operations[index].kind else { continue }
      let factors = operations[index].inputs
      for (value, gate) in [(factors[0], factors[1]), (factors[1], factors[0])] {
        guard
          let gateIndex = maker[gate], uses[gate] == 1, uses[value] == 1,
          case .plain(.activation(let activation)) = operations[gateIndex].kind,
          uses[operations[gateIndex].inputs[0]] == 1,
          let source = halved(value, operations[gateIndex].inputs[0], maker)
        else { continue }
        let parts = [value, operations[gateIndex].inputs[0]].map { maker[$0]! }
        operations[index].kind = .gate(activation)
        operations[index].inputs = [source]
        absorbed.formUnion(parts + [gateIndex])
        break
      }
    }
    operations = operations.indices.filter { !absorbed.contains($0) }.map { operations[$0] }
  }

  /// The value of which `first` and `second` are the halves along the last axis.
  private func halved(
    _ first: ValueID, _ second: ValueID, _ maker: [ValueID: Int]
  ) -> ValueID? {
    guard
      let before = maker[first], let after = maker[second],
      case .plain(.slice(let axis, 0)) = operations[before].kind,
      case .plain(.slice(axis, let start)) = operations[after].kind,
      operations[before].inputs == operations[after].inputs
    else { return nil }
    let source = operations[before].inputs[0]
    let shape = shapes[source]
    let isHalf =
      shape.last == 2 * start && shapes[first].last == start && shapes[second].last == start
    return shape.count != 4 && axis == shape.count - 1 && isHalf ? source : nil
  }
}
