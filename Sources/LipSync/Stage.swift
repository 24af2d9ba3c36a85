import Foundation

/// Adds up the time that one stage works, waiting not counted; used by one thread at a time.
final class StageClock {
  private(set) var seconds = 0.0

  func measure<Value>(_ body: () throws -> Value) rethrows -> Value {
    let start = ContinuousClock.now
    defer { seconds += (ContinuousClock.now - start) / .seconds(1) }
    return try body()
  }
}

/// A part of a pipeline on a thread of its own.
///
/// Unchecked: what it carries is used by its thread alone until `wait` has returned, and the result is written before the
/// semaphore that `wait` waits for is signalled.
final class Stage<Carried>: @unchecked Sendable {
  let clock = StageClock()
  private let carried: Carried
  private let done = DispatchSemaphore(value: 0)
  private var failure: (any Error)?

  /// Starts the thread.
  ///
  /// `onFailure` runs on it when `body` threw, so that waiting neighbours are woken.
  init(
    _ name: String, carrying carried: Carried,
    _ body: @escaping @Sendable (Carried, StageClock) throws -> Void,
    onFailure: @escaping @Sendable () -> Void
  ) {
    self.carried = carried
    let thread = Thread { [self] in
      do { try body(self.carried, clock) } catch {
        failure = error
        onFailure()
      }
      done.signal()
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }

  /// Waits for the thread's end; what it threw, if it did.
  func wait() -> (any Error)? {
    done.wait()
    return failure
  }
}
