import Synchronization

/// A flag that another thread raises to stop a run: at the next frame, or at the end of the segment in work.
public final class Cancellation: Sendable {
  private let flag = Atomic<Bool>(false)
  private let segmentFlag = Atomic<Bool>(false)

  public init() {}

  public var isCancelled: Bool { flag.load(ordering: .relaxed) }
  public func cancel() { flag.store(true, ordering: .relaxed) }

  /// Whether no further segment should begin.
  public var stopsAfterSegment: Bool { isCancelled || segmentFlag.load(ordering: .relaxed) }
  /// Lets the segment in work be finished, and no further one begin.
  public func cancelAfterSegment() { segmentFlag.store(true, ordering: .relaxed) }

  /// Throws `CancelledError` once the flag is up.
  public func check() throws {
    if isCancelled { throw CancelledError() }
  }
}

/// The run was stopped on request: not a failure, and nothing was left half-written.
public struct CancelledError: Error, Equatable {
  public init() {}
}
