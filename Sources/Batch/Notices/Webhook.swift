import Digests
import Foundation
import Synchronization
import Transfers

/// Posts events to an address, signed, in order, from a thread of its own; one that is not taken is sent again.
///
/// The signature is HMAC-SHA256 over the timestamp, a full stop and the body, in the header `X-Avatar-Signature: sha256=...`; the timestamp, in
/// `X-Avatar-Timestamp`, is in seconds since 1970, so that a receiver can refuse what is old.
public final class Webhook: Sendable {
  private struct State {
    var waiting: [(number: Int, body: [UInt8])] = []
    var isClosed = false
    var lost = 0
    var number = 0
  }

  /// Events that may wait while the receiver does not answer; older ones are given up for newer ones.
  static let capacity = 1000

  private let url: String
  private let secret: [UInt8]
  private let retryDelays: [Double]
  private let send: @Sendable (HTTPPost) throws(TransferError) -> Int
  private let state = Mutex(State())
  private let wakeUp = DispatchSemaphore(value: 0)
  private let done = DispatchSemaphore(value: 0)

  /// Whether `url` is an address that events can be posted to.
  public static func accepts(_ url: String) -> Bool { HTTPPost.accepts(url) }

  /// Starts posting to `url`.
  ///
  /// `retryDelays` are the seconds before each further try of one event.
  public convenience init(url: String, secret: String, retryDelays: [Double] = [1, 2, 4, 8, 16]) {
    self.init(url: url, secret: secret, retryDelays: retryDelays) { post throws(TransferError) in
      try post.send()
    }
  }

  init(
    url: String, secret: String, retryDelays: [Double],
    send: @escaping @Sendable (HTTPPost) throws(TransferError) -> Int
  ) {
    self.url = url
    self.secret = Array(secret.utf8)
    self.retryDelays = retryDelays
    self.send = send
    Thread.detachNewThread { [self] in
      while let next = next() { deliver(next.number, next.body) }
      done.signal()
    }
  }

  /// Queues an event and returns at once.
  public func post(_ event: BatchEvent) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let body = try? encoder.encode(event) else { return }
    state.withLock { state in
      state.number += 1
      state.waiting.append((state.number, Array(body)))
      if state.waiting.count > Self.capacity {
        state.waiting.removeFirst()
        state.lost += 1
      }
    }
    wakeUp.signal()
  }

  /// Waits up to `seconds` for what is queued and returns how many events were not delivered.
  public func close(waiting seconds: Double = 30) -> Int {
    state.withLock { $0.isClosed = true }
    wakeUp.signal()
    _ = done.wait(timeout: .now() + seconds)
    return state.withLock { $0.lost + $0.waiting.count }
  }

  private func next() -> (number: Int, body: [UInt8])? {
    while true {
      let (next, isClosed) = state.withLock { ($0.waiting.first, $0.isClosed) }
      if let next { return next }
      if isClosed { return nil }
      wakeUp.wait()
    }
  }

  /// Sends one event until it is taken or the tries are used up.
  private func deliver(_ number: Int, _ body: [UInt8]) {
    for delay in retryDelays + [0] {
      if (try? send(signed(number, body))).map({ (200..<300).contains($0) }) ?? false {
        return remove(number, isLost: false)
      }
      if delay > 0 { Thread.sleep(forTimeInterval: delay) }
    }
    remove(number, isLost: true)
  }

  private func remove(_ number: Int, isLost: Bool) {
    state.withLock { state in
      state.waiting.removeAll { $0.number == number }
      if isLost { state.lost += 1 }
    }
  }

  private func signed(_ number: Int, _ body: [UInt8]) -> HTTPPost {
    let timestamp = "\(Int(Date.now.timeIntervalSince1970))"
    let code = SHA256.authenticationCode(of: Array("\(timestamp).".utf8) + body, key: secret)
    return HTTPPost(
      url: url,
      headers: [
        "Content-Type: application/json", "User-Agent: avatar", "X-Avatar-Event: \(number)",
        "X-Avatar-Timestamp: \(timestamp)", "X-Avatar-Signature: sha256=\(code)",
      ], body: body)
  }
}
