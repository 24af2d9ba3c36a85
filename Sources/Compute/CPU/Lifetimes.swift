/// Which buffers a graph needs, and from which operation to which.
struct Lifetimes {
  private(set) var buffers: [ArenaLayout.Buffer] = []
  private(set) var bufferOfValue: [Plan.ValueID: Int] = [:]
  /// Each operation's own scratch buffer.
  private(set) var scratchBuffers: [Int] = []

  init(_ graph: FusedGraph, scratchByteCount: (FusedGraph.Operation) -> Int) {
    // Inputs are written before operation 0 and outputs read after the last one.
    for input in graph.plan.inputs { use(input, at: -1, graph) }
    for (index, operation) in graph.operations.enumerated() {
      for value in operation.reads { use(value, at: index, graph) }
      use(operation.output, at: index, graph)
      scratchBuffers.append(buffers.count)
      buffers.append(
        .init(byteCount: scratchByteCount(operation), firstUse: index, lastUse: index))
    }
    for output in graph.plan.outputs { use(output, at: graph.operations.count, graph) }
  }

  private mutating func use(_ value: Plan.ValueID, at index: Int, _ graph: FusedGraph) {
    let root = graph.root(of: value)
    guard !graph.isConstant(root) else { return }
    if let buffer = bufferOfValue[root] {
      buffers[buffer].lastUse = index
    } else {
      let width = graph.roundedValues.contains(root) ? 2 : 4
      bufferOfValue[root] = buffers.count
      buffers.append(
        .init(
          byteCount: graph.shapes[root].elementCount * width, firstUse: index, lastUse: index))
    }
  }
}
