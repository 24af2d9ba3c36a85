import CKernels

/// Lays a graph's values out in memory and turns its operations into steps.
struct ProgramBuilder {
  typealias ValueID = Plan.ValueID
  typealias Operation = FusedGraph.Operation

  let graph: FusedGraph
  let functions: CKernels_functions
  let threads: ThreadPool
  var threadCount: Int { threads.count }
  let program: Program
  private let placed: [ValueID: Int]
  private let scratchOffsets: [Int]
  private var constantAddresses: [ValueID: UnsafeMutablePointer<Float>] = [:]

  init(_ graph: FusedGraph, device: CPUDevice) throws(ComputeError) {
    self.graph = graph
    functions = device.functions
    threads = device.threads
    let lifetimes = Lifetimes(graph) { [functions, threads] operation in
      Self.scratchByteCount(operation, graph, functions, threads.count)
    }
    let layout = ArenaLayout(lifetimes.buffers)
    placed = lifetimes.bufferOfValue.mapValues { layout.offsets[$0] }
    scratchOffsets = lifetimes.scratchBuffers.map { layout.offsets[$0] }
    let name = graph.plan.name
    program = Program(
      arena: try Arena(byteCount: layout.byteCount, plan: name),
      constants: ConstantMemory(plan: name))
  }

  /// Emits the transfers and every operation.
  mutating func build() throws(ComputeError) {
    for (value, port) in zip(graph.plan.inputs, graph.plan.signature.inputs) {
      let host = StridedView(rowMajor: port.shape)
      guard placed[graph.root(of: value)] != nil else {
        // Nothing reads this input: there is nowhere to put it.
        program.inputs.append(Program.Transfer(context: program.keep(CKernels_copy()), steps: []))
        continue
      }
      let copy = makeCopy(from: host, to: StridedView(inMemory: port.shape))
      program.inputs.append(
        makeTransfer(copy, from: nil, to: try address(of: value)))
    }
    for (index, operation) in graph.operations.enumerated() {
      program.operators.append(graph.untimed(operation))
      try emit(operation, scratch: program.arena.base + scratchOffsets[index])
    }
    for (value, port) in zip(graph.plan.outputs, graph.plan.signature.outputs) {
      let host = StridedView(rowMajor: port.shape)
      let copy = makeCopy(from: StridedView(inMemory: port.shape), to: host)
      program.outputs.append(makeTransfer(copy, from: try address(of: value), to: nil))
    }
  }

  /// Where a value's numbers are while the program runs; constants are stored on first use.
  mutating func address(of value: ValueID) throws(ComputeError) -> UnsafeMutablePointer<Float> {
    let root = graph.root(of: value)
    if let offset = placed[root] {
      return (program.arena.base + offset).assumingMemoryBound(to: Float.self)
    }
    if let known = constantAddresses[root] { return known }
    let tensor = try graph.constantTensor(root)
    let stored = try program.constants.allocate(Float.self, tensor.values.count)
    let copy = makeCopy(
      from: StridedView(rowMajor: tensor.shape), to: StridedView(inMemory: tensor.shape))
    tensor.values.withUnsafeBufferPointer { values in
      var context = copy.context
      context.input = values.baseAddress
      context.output = stored
      for task in 0..<copy.tasks { functions.copy(&context, task, 0) }
    }
    constantAddresses[root] = stored
    return stored
  }

  /// Adds a step that calls `kernel` for each of `tasks`.
  func add<Context: BitwiseCopyable>(
    _ kernel: @escaping CKernels_task, _ context: Context, tasks: Int
  ) {
    program.steps.append(
      CKernels_step(run: kernel, context: program.keep(context), tasks: Int64(tasks)))
    program.operatorOfStep.append(program.operators.count - 1)
  }

  private func makeTransfer(
    _ copy: CopyStep, from source: UnsafeMutablePointer<Float>?,
    to target: UnsafeMutablePointer<Float>?
  ) -> Program.Transfer {
    var context = copy.context
    context.input = UnsafePointer(source)
    context.output = target
    let kept = program.keep(context)
    let step = CKernels_step(run: functions.copy, context: kept, tasks: copy.tasks)
    return Program.Transfer(context: kept, steps: [step])
  }
}

extension FusedGraph {
  /// What an operation computes, for tables of times.
  fileprivate func untimed(_ operation: Operation) -> OperatorTime {
    let inputs = operation.inputs.map { shapes[$0] }
    let output = shapes[operation.output]
    var (weight, work): ([Int]?, Int) = (nil, 0)
    var name = operation.kind.name
    if case .plain(let kind) = operation.kind {
      work = kind.floatingPointOperations(inputs: inputs, output: output)
      if case .convolution(let geometry) = kind {
        if geometry.stride > 1 { name += ", stride \(geometry.stride)" }
        if operation.upsampling > 1 { name += " of \(operation.upsampling) x larger picture" }
        weight = inputs[1]
      }
      if case .linear = kind { weight = inputs[1] }
    }
    return OperatorTime(
      kind: name, shape: output, weight: weight, count: 1, seconds: 0,
      floatingPointOperations: work)
  }
}
