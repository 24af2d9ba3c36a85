/// A CPU device that shuts its memory away outside `run`, as a device with its own memory would.
///
/// A pipeline that works on it keeps no address of a device's memory. For tests: shutting the memory away
/// costs some time at each run.
public struct QuarantineDevice: Device {
  private let device: CPUDevice

  /// Starts `threads` - 1 threads beside the caller's.
  ///
  /// Throws `ComputeError.unsupported` when the system refuses them.
  public init(threads: Int) throws(ComputeError) {
    device = try CPUDevice(threads: threads, instructionSet: .current, isQuarantined: true)
  }

  public func compile(
    _ plan: Plan, precision: Precision
  ) throws(ComputeError) -> any CompiledPlan {
    try device.compile(plan, precision: precision)
  }
}
