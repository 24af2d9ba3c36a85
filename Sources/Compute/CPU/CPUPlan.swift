import CKernels
import Synchronization

/// A plan as steps over an arena whose addresses are fixed at compile time.
final class CPUPlan: CompiledPlan, @unchecked Sendable {
  // Unchecked: `lock` is held while the memory behind the pointers is used.
  let signature: PlanSignature
  let precision: Precision
  private let threads: ThreadPool
  private let program: Program
  private let lock = Mutex(())
  private let isQuarantined: Bool

  init(
    _ graph: FusedGraph, device: CPUDevice, precision: Precision, isQuarantined: Bool
  ) throws(ComputeError) {
    signature = graph.plan.signature
    self.precision = precision
    threads = device.threads
    self.isQuarantined = isQuarantined
    var builder = try ProgramBuilder(graph, device: device)
    try builder.build()
    program = builder.program
    if isQuarantined { program.setAccessible(false) }
  }

  /// Bytes that all activations together occupy.
  var arenaByteCount: Int { program.arena.byteCount }

  func run(_ inputs: [HostTensor], into outputs: inout [HostTensor]) throws(ComputeError) {
    try run(inputs, into: &outputs, seconds: nil)
  }

  private func run(
    _ inputs: [HostTensor], into outputs: inout [HostTensor],
    seconds: UnsafeMutablePointer<Double>?
  ) throws(ComputeError) {
    try signature.check(inputs, outputs)
    lock.withLock { _ in
      if isQuarantined { program.setAccessible(true) }
      for (tensor, transfer) in zip(inputs, program.inputs) {
        tensor.values.withUnsafeBufferPointer { values in
          transfer.context.pointee.input = values.baseAddress
          threads.run(transfer.steps)
        }
      }
      threads.run(program.steps, seconds: seconds)
      for (index, transfer) in program.outputs.enumerated() {
        outputs[index].values.withUnsafeMutableBufferPointer { values in
          transfer.context.pointee.output = values.baseAddress
          threads.run(transfer.steps)
        }
      }
      if isQuarantined { program.setAccessible(false) }
    }
  }

  func profile(
    _ inputs: [HostTensor], repetitions: Int
  ) throws(ComputeError) -> [OperatorTime] {
    var outputs = signature.makeOutputs()
    let count = program.steps.count
    let seconds = UnsafeMutablePointer<Double>.allocate(capacity: count)
    defer { seconds.deallocate() }
    var fastest = [Double](repeating: .infinity, count: count)
    for _ in 0..<repetitions {
      seconds.initialize(repeating: 0, count: count)
      try run(inputs, into: &outputs, seconds: seconds)
      for step in 0..<count { fastest[step] = min(fastest[step], seconds[step]) }
    }
    var times = program.operators
    for (step, index) in program.operatorOfStep.enumerated() {
      times[index].seconds += fastest[step]
    }
    return OperatorTime.merge(times)
  }
}

/// What a compiled plan executes, and the memory that it executes in.
final class Program {
  /// A copy between the caller's memory and the arena; the caller's address is filled in at each run.
  struct Transfer {
    let context: UnsafeMutablePointer<CKernels_copy>
    let steps: [CKernels_step]
  }

  let arena: Arena
  let constants: ConstantMemory
  var inputs: [Transfer] = []
  var outputs: [Transfer] = []
  var steps: [CKernels_step] = []
  /// What the steps compute, without times.
  var operators: [OperatorTime] = []
  /// For each step, the entry of `operators` that it belongs to.
  var operatorOfStep: [Int] = []
  private var contexts: [UnsafeMutableRawPointer] = []

  init(arena: Arena, constants: ConstantMemory) {
    self.arena = arena
    self.constants = constants
  }

  deinit { for context in contexts { context.deallocate() } }

  /// Keeps a kernel's context at a fixed address for as long as the program lives.
  func keep<Context: BitwiseCopyable>(_ context: Context) -> UnsafeMutablePointer<Context> {
    let pointer = UnsafeMutablePointer<Context>.allocate(capacity: 1)
    pointer.initialize(to: context)
    contexts.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  func setAccessible(_ isAccessible: Bool) {
    arena.setAccessible(isAccessible)
    for chunk in constants.chunks { chunk.setAccessible(isAccessible) }
  }
}
