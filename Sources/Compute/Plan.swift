/// A recorded network: operators in an order in which they can run, with inputs, outputs and constants.
public struct Plan: Sendable {
  public let signature: PlanSignature
  let shapes: [[Int]]
  let nodes: [Node]
  let inputs: [ValueID]
  let outputs: [ValueID]
  let constants: [ValueID: Constant]

  /// One use of an operator: what it reads and the one value that it makes.
  struct Node: Sendable {
    let kind: Operator
    let inputs: [ValueID]
    let output: ValueID
  }

  /// Position of a value in `shapes`.
  typealias ValueID = Int

  public var name: String { signature.name }

  /// How many operators of each kind the plan has, by the kind's name.
  public var operatorCounts: [String: Int] {
    nodes.reduce(into: [:]) { $0[$1.kind.name, default: 0] += 1 }
  }

  /// The nodes that outputs depend on.
  var liveNodes: [Node] {
    var live = Set(outputs)
    let kept = nodes.reversed().filter { node in
      guard live.contains(node.output) else { return false }
      live.formUnion(node.inputs)
      return true
    }
    return kept.reversed()
  }

  /// Multiplications and additions in convolutions, matrix products and attention of one run.
  public var floatingPointOperations: Int {
    nodes.reduce(0) { $0 + floatingPointOperations(of: $1) }
  }

  func floatingPointOperations(of node: Node) -> Int {
    node.kind.floatingPointOperations(
      inputs: node.inputs.map { shapes[$0] }, output: shapes[node.output])
  }
}

extension Operator {
  /// Multiplications and additions in products, for operands of the given shapes.
  func floatingPointOperations(inputs: [[Int]], output: [Int]) -> Int {
    let count = output.elementCount
    switch self {
    case .convolution: return 2 * count * inputs[1].dropFirst().reduce(1, *)
    case .linear: return 2 * count * inputs[1][1]
    case .matmul: return 2 * count * inputs[0].last!
    case .attention:
      let (query, key) = (inputs[0], inputs[1])
      return 2 * query[0] * query[1] * key[1] * (query[2] + inputs[2][2])
    default: return 0
    }
  }
}
