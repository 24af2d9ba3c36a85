import CKernels

/// Computes plans with the kernels of `CKernels`, on a fixed number of threads.
///
/// Results are the same bytes for every number of threads. All plans of one device share its threads,
/// so their runs follow one another.
public struct CPUDevice: Device {
  let threads: ThreadPool
  let functions: CKernels_functions
  let instructionSet: InstructionSet
  private let isQuarantined: Bool

  /// Starts `threads` - 1 threads beside the caller's.
  ///
  /// Throws `ComputeError.unsupported` when the system refuses them.
  public init(threads: Int) throws(ComputeError) {
    try self.init(threads: threads, instructionSet: .current)
  }

  /// A device that uses no more than `instructionSet`, and no more than the CPU has.
  ///
  /// With `isQuarantined`, activations and weights are inaccessible outside `run`, as on a device with
  /// its own memory.
  init(
    threads: Int, instructionSet: InstructionSet, isQuarantined: Bool = false
  ) throws(ComputeError) {
    CKernels_keep_freed_memory()
    self.threads = try ThreadPool(count: threads)
    self.instructionSet = min(instructionSet, .current)
    functions = CKernels_functions_for(self.instructionSet.rawValue).pointee
    self.isQuarantined = isQuarantined
  }

  /// How many threads work, the caller's included.
  public var threadCount: Int { threads.count }

  /// What `precision` means on this CPU: never `.auto`.
  public func resolve(_ precision: Precision) -> Precision {
    guard precision == .auto else { return precision }
    return functions.has_native_bf16 == 0 ? .fp32 : .bf16
  }

  public func compile(
    _ plan: Plan, precision: Precision
  ) throws(ComputeError) -> any CompiledPlan {
    try compileForCPU(plan, precision: precision)
  }

  func compileForCPU(_ plan: Plan, precision: Precision) throws(ComputeError) -> CPUPlan {
    let precision = resolve(precision)
    var graph = try FusedGraph(plan)
    graph.chooseStorage(precision: precision)
    return try CPUPlan(graph, device: self, precision: precision, isQuarantined: isQuarantined)
  }
}

/// What a CPU can do beyond the plain instructions, as far as the kernels care.
enum InstructionSet: Int32, Sendable, Comparable, CaseIterable {
  case plain
  case avx2
  case avx512
  case avx512bf16

  /// This CPU's, lowered by AVATAR_MAX_ISA.
  static var current: InstructionSet { InstructionSet(rawValue: CKernels_instruction_set())! }

  static func < (left: InstructionSet, right: InstructionSet) -> Bool {
    left.rawValue < right.rawValue
  }
}
