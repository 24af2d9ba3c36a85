import CKernels

/// Threads that run the steps of compiled plans; programs from several callers queue up.
final class ThreadPool: Sendable {
  let count: Int
  // The pool's own lock guards everything behind the pointer.
  private nonisolated(unsafe) let handle: OpaquePointer

  init(count: Int) throws(ComputeError) {
    guard count > 0, let handle = CKernels_threads_create(Int32(clamping: count)) else {
      throw .unsupported(plan: "CPU device", what: "cannot start \(count) threads; ask for fewer")
    }
    self.count = count
    self.handle = handle
  }

  deinit { CKernels_threads_destroy(handle) }

  /// Runs `steps` in order; `seconds`, as long as `steps`, grows by each step's time.
  func run(_ steps: [CKernels_step], seconds: UnsafeMutablePointer<Double>? = nil) {
    CKernels_threads_run(handle, steps, Int64(steps.count), seconds)
  }
}
