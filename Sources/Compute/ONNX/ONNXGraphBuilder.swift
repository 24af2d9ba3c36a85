/// Turns a plan into a graph of ONNX's operators (version 17 of the default set).
///
/// Values keep PyTorch's layouts. A value's name is its input's or output's, else its operator's kind and position in
/// the plan; weights are named after the operator that uses them first.
struct ONNXGraphBuilder {
  static let operatorSet = 17

  let plan: Plan
  var graph: ONNXGraph
  private var nameOfValue: [Plan.ValueID: String] = [:]
  private var takenNames: Set<String>
  private var nameOfWeight: [WeightKey: String] = [:]
  /// Names of the builder's own numbers, by what they are.
  private var nameOfNumbers: [String: String] = [:]
  /// Begins the names of what the present operator adds.
  private var label = ""

  /// How a weight lies in the file: as it is, [O, I] as [I, O], or [C] as [C, 1, 1].
  enum WeightForm: Hashable { case asRecorded, transposed, perChannel }

  private struct WeightKey: Hashable {
    let value: Plan.ValueID
    let form: WeightForm
  }

  /// Throws `ComputeError.unsupported` where an input and an output of one name are not the same value.
  static func graph(of plan: Plan) throws(ComputeError) -> ONNXGraph {
    var builder = try ONNXGraphBuilder(plan)
    for (index, node) in plan.liveNodes.enumerated() { builder.add(node, index) }
    builder.addOutputs()
    return builder.graph
  }

  private init(_ plan: Plan) throws(ComputeError) {
    self.plan = plan
    graph = ONNXGraph(name: plan.name)
    let ports = plan.signature.inputs + plan.signature.outputs
    takenNames = Set(ports.map(\.name))
    graph.inputs = plan.signature.inputs.map { .init(name: $0.name, shape: $0.shape) }
    graph.outputs = plan.signature.outputs.map { .init(name: $0.name, shape: $0.shape) }
    for (port, value) in zip(plan.signature.inputs, plan.inputs) { nameOfValue[value] = port.name }
    for (port, value) in zip(plan.signature.outputs, plan.outputs) {
      let isOtherValue = nameOfValue[value] != port.name
      if isOtherValue && plan.signature.inputs.contains(where: { $0.name == port.name }) {
        throw .unsupported(
          plan: plan.name, what: "an ONNX file has no input and output of one name, \(port.name)")
      }
    }
  }

  /// Adds a plan's node as one or several of ONNX's; the last of them makes the value.
  private mutating func add(_ node: Plan.Node, _ index: Int) {
    label = freeName("\(node.kind.name.replacing(" ", with: "_"))_\(index)")
    emit(node)
    let position = plan.outputs.firstIndex(of: node.output)
    let name = position.map { plan.signature.outputs[$0].name } ?? label
    graph.nodes[graph.nodes.count - 1].outputs = [name]
    nameOfValue[node.output] = name
    if position == nil { graph.values.append(.init(name: name, shape: plan.shapes[node.output])) }
  }

  /// Copies what is declared an output but has another name: inputs, weights, a second output of one value.
  private mutating func addOutputs() {
    for (port, value) in zip(plan.signature.outputs, plan.outputs) {
      label = freeName("output_\(port.name)")
      let source = operand(value)
      guard source != port.name else { continue }
      add("Identity", [source])
      graph.nodes[graph.nodes.count - 1].outputs = [port.name]
    }
  }

  private mutating func freeName(_ name: String) -> String {
    var free = name
    while !takenNames.insert(free).inserted { free += "_" }
    return free
  }
}

extension ONNXGraphBuilder {
  /// Adds a node of ONNX's and returns the name of what it makes.
  @discardableResult
  mutating func add(
    _ type: String, _ inputs: [String], _ attributes: [ONNXGraph.Attribute] = []
  ) -> String {
    let name = freeName("\(label)_\(type)")
    graph.nodes.append(
      .init(name: name, type: type, inputs: inputs, outputs: [name], attributes: attributes))
    return name
  }

  /// The name under which a node reads `value`; a weight gets one from `role` when it is first read.
  mutating func operand(_ value: Plan.ValueID, role: String = "constant") -> String {
    nameOfValue[value] ?? weight(value, role, .asRecorded)
  }

  /// The name of a weight that the file holds in the given form.
  mutating func weight(_ value: Plan.ValueID, _ role: String, _ form: WeightForm) -> String {
    let key = WeightKey(value: value, form: form)
    if let known = nameOfWeight[key] { return known }
    let name = freeName("\(label)_\(role)")
    let (recorded, constant) = (plan.shapes[value], plan.constants[value]!)
    let shape =
      switch form {
      case .asRecorded: recorded
      case .transposed: [recorded[1], recorded[0]]
      case .perChannel: [recorded[0], 1, 1]
      }
    graph.initializers.append(
      .init(
        name: name, shape: shape,
        content: form == .transposed ? .transposedWeight(constant) : .weight(constant)))
    nameOfWeight[key] = name
    return name
  }

  /// A list of integers as nodes read it: a shape, axes or places.
  mutating func integers(_ values: [Int]) -> String {
    let name = "integers_" + values.map(String.init).joined(separator: "_")
    return addNumbers(name, [values.count], .integers(values))
  }

  /// One number, of no axes.
  mutating func number(_ value: Float) -> String {
    addNumbers("number_\(value)", [], .floats([value]))
  }

  /// `count` times the same number.
  mutating func numbers(_ value: Float, count: Int) -> String {
    let values = Array(repeating: value, count: count)
    return addNumbers("number_\(value)_\(count)_times", [count], .floats(values))
  }

  /// The same numbers are held once.
  private mutating func addNumbers(
    _ description: String, _ shape: [Int], _ content: ONNXGraph.Initializer.Content
  ) -> String {
    if let known = nameOfNumbers[description] { return known }
    // ONNX wants names of letters, digits and underscores.
    let letters = description.replacing("-", with: "minus_").replacing("+", with: "")
    let name = freeName(letters.replacing(".", with: "_"))
    graph.initializers.append(.init(name: name, shape: shape, content: content))
    nameOfNumbers[description] = name
    return name
  }
}
