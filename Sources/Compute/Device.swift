/// Something that turns plans into runnable form.
public protocol Device: Sendable {
  /// Reads all constants, chooses how each operator is computed, and reserves the memory to run.
  ///
  /// Throws `ComputeError.constant` when a weight cannot be read, `.unsupported` when the device lacks the
  /// precision, `.outOfMemory` when the activations do not fit.
  func compile(_ plan: Plan, precision: Precision) throws(ComputeError) -> any CompiledPlan
}

/// A plan that is ready to run many times; calls from several threads are served one after another.
public protocol CompiledPlan: Sendable {
  /// The plan's name, inputs and outputs.
  var signature: PlanSignature { get }

  /// The precision that was resolved at compile time: never `.auto`.
  var precision: Precision { get }

  /// Runs on `inputs` and overwrites `outputs`, both in the order of the signature.
  ///
  /// Tensors in `outputs` keep their memory, so that a run in steady state allocates nothing.
  /// Throws `ComputeError.shape` when a tensor's shape differs from the signature.
  func run(_ inputs: [HostTensor], into outputs: inout [HostTensor]) throws(ComputeError)

  /// Seconds by kind of operator and shape, where each operator counts with its fastest of `repetitions` runs.
  ///
  /// What other programs take of the processor does not count. Empty on devices that do not take the time. Throws `ComputeError.shape` as `run` does.
  func profile(
    _ inputs: [HostTensor], repetitions: Int
  ) throws(ComputeError) -> [OperatorTime]

  /// Bytes that all activations together occupy; 0 on devices that keep no arena.
  var arenaByteCount: Int { get }
}

extension CompiledPlan {
  public func profile(
    _ inputs: [HostTensor], repetitions: Int
  ) throws(ComputeError) -> [OperatorTime] { [] }

  public var arenaByteCount: Int { 0 }
}

extension CompiledPlan {
  /// Runs on named inputs and returns the named outputs.
  public func run(_ inputs: [String: HostTensor]) throws(ComputeError) -> [String: HostTensor] {
    var ordered: [HostTensor] = []
    for input in signature.inputs {
      guard let tensor = inputs[input.name] else {
        throw .missingInput(plan: signature.name, name: input.name)
      }
      ordered.append(tensor)
    }
    if let extra = inputs.keys.sorted().first(where: { name in
      !signature.inputs.contains { $0.name == name }
    }) {
      throw .unknownInput(plan: signature.name, name: extra)
    }
    var outputs = signature.makeOutputs()
    try run(ordered, into: &outputs)
    return Dictionary(uniqueKeysWithValues: zip(signature.outputs.map(\.name), outputs))
  }
}

/// What goes into a plan and what comes out.
public struct PlanSignature: Sendable, Hashable {
  /// One input or output.
  public struct Port: Sendable, Hashable {
    public let name: String
    public let shape: [Int]
  }

  public let name: String
  public let inputs: [Port]
  public let outputs: [Port]

  /// Zero tensors of the inputs' shapes, to be filled.
  public func makeInputs() -> [HostTensor] { inputs.map { HostTensor(shape: $0.shape) } }

  /// Zero tensors of the outputs' shapes, to run into.
  public func makeOutputs() -> [HostTensor] { outputs.map { HostTensor(shape: $0.shape) } }

  /// Throws when `inputs` or `outputs` do not have the declared shapes.
  func check(_ inputs: [HostTensor], _ outputs: [HostTensor]) throws(ComputeError) {
    try check(inputs, against: self.inputs)
    try check(outputs, against: self.outputs)
  }

  private func check(_ tensors: [HostTensor], against ports: [Port]) throws(ComputeError) {
    if tensors.count > ports.count {
      throw .unknownInput(plan: name, name: "number \(ports.count)")
    }
    for (index, port) in ports.enumerated() {
      guard index < tensors.count else { throw .missingInput(plan: name, name: port.name) }
      let found = tensors[index]
      guard found.shape == port.shape, found.values.count == port.shape.elementCount else {
        throw .shape(plan: name, name: port.name, expected: port.shape, found: found.shape)
      }
    }
  }
}
