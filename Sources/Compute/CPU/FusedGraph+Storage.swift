extension FusedGraph {
  /// Removes operations that change nothing in memory; their results become views.
  mutating func resolveViews() {
    operations = operations.filter { operation in
      guard case .plain(let kind) = operation.kind, isView(kind, operation) else { return true }
      viewedValue[operation.output] = operation.inputs[0]
      return false
    }
  }

  private func isView(_ kind: Operator, _ operation: Operation) -> Bool {
    switch kind {
    case .tokens, .spatial: true
    case .reshape:
      shapes[operation.inputs[0]].isRowMajorInMemory && shapes[operation.output].isRowMajorInMemory
    default: false
    }
  }

  /// Decides which values are kept in bf16, and adds the roundings that products need.
  ///
  /// A value is kept in bf16 when products are all that read it and its maker can round; sums along
  /// residual paths stay in fp32.
  mutating func chooseStorage(precision: Precision) {
    guard precision == .bf16 else { return }
    var readers: [ValueID: [Bool]] = [:]
    for output in plan.outputs { readers[root(of: output), default: []].append(false) }
    for operation in operations {
      for (position, value) in operation.reads.enumerated() {
        let isFactor = roundedPositions(of: operation).contains(position)
        readers[root(of: value), default: []].append(
          isFactor && shapes[value].innermostCount % 2 == 0)
      }
    }
    for operation in operations where operation.canRound {
      if let reads = readers[operation.output], reads.allSatisfy({ $0 }) {
        roundedValues.insert(operation.output)
      }
    }
    insertRoundings()
  }

  /// Which of an operation's inputs its kernel reads in bf16.
  private func roundedPositions(of operation: Operation) -> Range<Int> {
    switch operation.kind {
    case .plain(.convolution(let geometry)): return 0..<(geometry.groups == 1 ? 1 : 0)
    case .plain(.linear): return 0..<1
    case .plain(.attention(let heads, _)):
      let isEven =
        shapes[operation.inputs[0]].last! / heads % 2 == 0
        && shapes[operation.inputs[2]].last! % 2 == 0
      return 0..<(isEven ? 3 : 0)
    default: return 0..<0
    }
  }

  private mutating func insertRoundings() {
    var rounded: [ValueID: ValueID] = [:]
    var result: [Operation] = []
    for var operation in operations {
      for position in roundedPositions(of: operation) {
        let input = operation.inputs[position]
        guard !roundedValues.contains(root(of: input)) else { continue }
        if rounded[input] == nil {
          rounded[input] = addRounded(input)
          result.append(
            Operation(kind: .roundToBF16, inputs: [input], output: rounded[input]!))
        }
        if case .plain(.attention) = operation.kind {
          operation.inputs[position] = rounded[input]!
        } else {
          operation.factor = rounded[input]
        }
      }
      result.append(operation)
    }
    operations = result
  }

  /// A value for `input` in bf16, its innermost axis padded to an even length.
  private mutating func addRounded(_ input: ValueID) -> ValueID {
    let columns = shapes[input].innermostCount
    let isKept = columns % 2 == 0 && shapes[input].count != 4
    let copy = addValue(
      isKept
        ? shapes[input] : [shapes[input].elementCount / columns, (columns + 1) / 2 * 2])
    roundedValues.insert(copy)
    return copy
  }
}

extension FusedGraph.Operation {
  /// Whether the operation's kernel can store bf16.
  fileprivate var canRound: Bool {
    switch kind {
    case .gate: true
    case .plain(.convolution(let geometry)): geometry.groups == 1
    case .plain(.linear), .plain(.groupNorm), .plain(.layerNorm), .plain(.attention),
      .plain(.activation), .plain(.affine), .plain(.clamp):
      true
    default: false
    }
  }
}

extension [Int] {
  /// How many elements lie next to each other along the last axis in memory; pictures are [N, H, W, C] there.
  var innermostCount: Int { count == 4 ? self[1] : last ?? 1 }

  /// Whether memory order is the order of the axes.
  var isRowMajorInMemory: Bool { count != 4 || self[1] == 1 || self[2] * self[3] == 1 }

  /// Elements between neighbours along each axis, in memory.
  var memoryStrides: [Int] {
    guard count == 4 else { return rowMajorStrides }
    return [self[1] * self[2] * self[3], 1, self[3] * self[1], self[1]]
  }

  /// The axes in the order in which memory nests them.
  var memoryOrder: [Int] { count == 4 ? [0, 2, 3, 1] : Array(indices) }
}
