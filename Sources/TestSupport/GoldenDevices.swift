public import Compute

/// The devices on which networks are compared with golden values: plain loops, and the processor's kernels in memory that
/// is shut away between runs, so that whoever keeps an address of a device's memory crashes.
///
/// Throws where threads can't be started.
public func goldenDevices() throws -> [any Device] {
  [ReferenceDevice(), try QuarantineDevice(threads: 2)]
}
