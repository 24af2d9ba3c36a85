import Synchronization

/// Collects the operators that are called on its tensors into a `Plan`.
public final class PlanRecorder: Sendable {
  private struct State {
    var shapes: [[Int]] = []
    var nodes: [Plan.Node] = []
    var inputs: [(port: PlanSignature.Port, value: Int)] = []
    var outputs: [(port: PlanSignature.Port, value: Int)] = []
    var constants: [Int: Constant] = [:]
    var valueOfConstant: [ObjectIdentifier: Int] = [:]

    mutating func add(_ shape: [Int]) -> Int {
      shapes.append(shape)
      return shapes.count - 1
    }
  }

  private let state = Mutex(State())
  private let name: String

  /// Starts an empty plan; `name` appears in error messages.
  public init(name: String) { self.name = name }

  /// Declares an input of the given shape.
  public func input(_ name: String, _ shape: [Int]) -> Tensor {
    precondition(shape.allSatisfy { $0 > 0 }, "input \(name): sizes of \(shape) are positive")
    let value = state.withLock { state in
      precondition(!state.inputs.contains { $0.port.name == name }, "two inputs named \(name)")
      let value = state.add(shape)
      state.inputs.append((.init(name: name, shape: shape), value))
      return value
    }
    return Tensor(shape: shape, value: value, recorder: self)
  }

  /// Declares `tensor` an output.
  public func output(_ name: String, _ tensor: Tensor) {
    precondition(tensor.recorder === self, "output \(name) belongs to another plan")
    state.withLock { state in
      precondition(!state.outputs.contains { $0.port.name == name }, "two outputs named \(name)")
      state.outputs.append((.init(name: name, shape: tensor.shape), tensor.value))
    }
  }

  /// The tensor that holds `constant`; the same constant gives the same tensor.
  public func constant(_ constant: Constant) -> Tensor {
    let value = state.withLock { state in
      let identity = ObjectIdentifier(constant.source)
      if let known = state.valueOfConstant[identity], state.shapes[known] == constant.shape {
        return known
      }
      let value = state.add(constant.shape)
      state.constants[value] = constant
      state.valueOfConstant[identity] = value
      return value
    }
    return Tensor(shape: constant.shape, value: value, recorder: self)
  }

  /// The plan as recorded so far; it has at least one output.
  public func finish() -> Plan {
    state.withLock { state in
      precondition(!state.outputs.isEmpty, "plan \(name) has an output")
      let signature = PlanSignature(
        name: name, inputs: state.inputs.map(\.port), outputs: state.outputs.map(\.port))
      return Plan(
        signature: signature, shapes: state.shapes, nodes: state.nodes,
        inputs: state.inputs.map(\.value), outputs: state.outputs.map(\.value),
        constants: state.constants)
    }
  }

  /// Appends one operator and returns the tensor that it makes.
  func record(_ kind: Operator, _ inputs: [Tensor], shape: [Int]) -> Tensor {
    precondition(
      inputs.allSatisfy { $0.recorder === self }, "\(kind.name): tensors of different plans")
    precondition(shape.allSatisfy { $0 > 0 }, "\(kind.name): result \(shape) would be empty")
    let value = state.withLock { state in
      let output = state.add(shape)
      state.nodes.append(.init(kind: kind, inputs: inputs.map(\.value), output: output))
      return output
    }
    return Tensor(shape: shape, value: value, recorder: self)
  }
}
