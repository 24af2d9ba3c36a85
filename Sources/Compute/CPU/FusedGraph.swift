/// A plan prepared for kernels: constants folded, epilogues fused into what they follow, views resolved.
struct FusedGraph {
  typealias ValueID = Plan.ValueID

  /// An operator together with what is done to its result before it is stored.
  struct Operation {
    var kind: Kind
    var inputs: [ValueID]
    var output: ValueID
    /// Applied after the bias or the normalisation's gain.
    var activation: Activation?
    /// Added to a product's result after `activation`.
    var residual: ValueID?
    /// Applied after `residual`.
    var lastActivation: Activation?
    /// Constants with one number per output channel, added to the bias.
    var biases: [ValueID] = []
    /// A convolution's input is read as if its pixels were repeated this many times in both directions.
    var upsampling = 1

    /// The first input as rounded to bf16, where that is another value.
    var factor: ValueID?

    /// Everything that the operation reads.
    var reads: [ValueID] {
      [factor ?? inputs[0]] + inputs.dropFirst() + biases + (residual.map { [$0] } ?? [])
    }
  }

  enum Kind {
    case plain(Operator)
    /// Rounds rows of [rows, columns] to bf16 and pads them with zeros to the output's width.
    case roundToBF16
    /// [..., 2 C] -> [..., C]: the first half times the activation of the second.
    case gate(Activation)

    var name: String {
      switch self {
      case .gate(let activation): "\(activation.rawValue) gate"
      case .plain(let kind): kind.name
      case .roundToBF16: "round to bf16"
      }
    }
  }

  let plan: Plan
  var shapes: [[Int]]
  var operations: [Operation] = []
  /// Values stored as bf16.
  var roundedValues: Set<ValueID> = []
  /// Values that share another value's memory.
  var viewedValue: [ValueID: ValueID] = [:]
  private var folded: [ValueID: HostTensor] = [:]

  init(_ plan: Plan) throws(ComputeError) {
    self.plan = plan
    shapes = plan.shapes
    let nodes = try foldConstants(plan.liveNodes)
    fuse(nodes)
    fuseGates()
    resolveViews()
  }

  /// The value whose memory holds `value`.
  func root(of value: ValueID) -> ValueID {
    var value = value
    while let next = viewedValue[value] { value = next }
    return value
  }

  func isConstant(_ value: ValueID) -> Bool {
    folded[value] != nil || plan.constants[value] != nil
  }

  /// The values of a constant or of what was computed from constants alone.
  func constantTensor(_ value: ValueID) throws(ComputeError) -> HostTensor {
    if let tensor = folded[value] { return tensor }
    return try plan.constants[value]!.hostTensor(plan: plan.name)
  }

  /// A new value of the given shape.
  mutating func addValue(_ shape: [Int]) -> ValueID {
    shapes.append(shape)
    return shapes.count - 1
  }

  /// Computes what depends on constants only, and returns the other nodes.
  private mutating func foldConstants(
    _ nodes: [Plan.Node]
  ) throws(ComputeError) -> [Plan.Node] {
    var left: [Plan.Node] = []
    for node in nodes {
      guard node.inputs.allSatisfy(isConstant) else {
        left.append(node)
        continue
      }
      var inputs: [HostTensor] = []
      for input in node.inputs { inputs.append(try constantTensor(input)) }
      folded[node.output] = Reference.evaluate(node.kind, inputs, shape: shapes[node.output])
    }
    return left
  }
}
