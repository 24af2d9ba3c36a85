import Foundation

/// A short first-in first-out queue between two threads: it blocks a producer that is ahead, so memory stays bounded.
///
/// Safe to share: every access to its state holds `condition`.
final class BoundedQueue<Element>: @unchecked Sendable {
  private let condition = NSCondition()
  private let capacity: Int
  private var elements: [Element] = []
  private var isFinished = false

  init(capacity: Int) {
    precondition(capacity > 0, "a queue has room")
    self.capacity = capacity
  }

  /// Waits for room and appends; false when the queue was finished and the element is not wanted.
  func push(_ element: sending Element) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while elements.count >= capacity && !isFinished { condition.wait() }
    guard !isFinished else { return false }
    elements.append(element)
    condition.broadcast()
    return true
  }

  /// Waits for an element; nil when the queue is finished and empty.
  func pop() -> Element? {
    condition.lock()
    defer { condition.unlock() }
    while elements.isEmpty && !isFinished { condition.wait() }
    guard !elements.isEmpty else { return nil }
    condition.broadcast()
    return elements.removeFirst()
  }

  /// Nothing more will come: what is queued is still delivered.
  func finish() {
    condition.lock()
    isFinished = true
    condition.broadcast()
    condition.unlock()
  }

  /// Stops at once: what is queued is dropped, waiting producers and consumers return.
  func cancel() {
    condition.lock()
    isFinished = true
    elements.removeAll()
    condition.broadcast()
    condition.unlock()
  }
}
