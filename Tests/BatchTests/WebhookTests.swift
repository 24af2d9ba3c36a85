import Digests
import Foundation
import Synchronization
import TestSupport
import Testing
import Transfers

@testable import Batch

@Suite struct WebhookTests {
  /// Answers with `statuses` in turn, and remembers what came.
  private final class Receiver: Sendable {
    let posts = Mutex<[HTTPPost]>([])
    let statuses: [Int]

    init(_ statuses: [Int]) { self.statuses = statuses }

    func take(_ post: HTTPPost) -> Int {
      posts.withLock { posts in
        posts.append(post)
        return statuses[min(posts.count, statuses.count) - 1]
      }
    }

    var bodies: [String] { posts.withLock { $0.map { String(decoding: $0.body, as: UTF8.self) } } }
  }

  private func webhook(_ receiver: Receiver, delays: [Double] = [0.01, 0.01]) -> Webhook {
    Webhook(url: "http://receiver", secret: "key", retryDelays: delays) { post in
      receiver.take(post)
    }
  }

  @Test("events arrive in order, signed over timestamp and body")
  func signedInOrder() throws {
    let receiver = Receiver([204])
    let webhook = webhook(receiver)
    for job in ["a", "b"] {
      var event = BatchEvent("job.succeeded", at: Date(timeIntervalSince1970: 0))
      event.job = job
      webhook.post(event)
    }
    #expect(webhook.close() == 0)
    #expect(
      receiver.bodies
        == ["a", "b"].map {
          #"{"event":"job.succeeded","job":"\#($0)","time":"1970-01-01T00:00:00Z"}"#
        })
    for post in receiver.posts.withLock({ $0 }) {
      let header = { (name: String) in
        post.headers.first { $0.hasPrefix(name) }?.dropFirst(name.count + 2) ?? ""
      }
      let signed = Array("\(header("X-Avatar-Timestamp")).".utf8) + post.body
      #expect(
        header("X-Avatar-Signature")
          == "sha256=\(SHA256.authenticationCode(of: signed, key: Array("key".utf8)))")
    }
  }

  @Test("what is not taken is sent again, and given up at last")
  func retries() {
    let receiver = Receiver([503, 500, 200])
    let patient = webhook(receiver)
    patient.post(BatchEvent("batch.started"))
    #expect(patient.close() == 0)
    #expect(receiver.bodies.count == 3)
    let deaf = Receiver([500])
    let impatient = webhook(deaf)
    impatient.post(BatchEvent("batch.started"))
    impatient.post(BatchEvent("batch.finished"))
    #expect(impatient.close() == 2)
    #expect(deaf.bodies.count == 6)
  }

  @Test("a real server gets headers and body; where none listens there is an error")
  func realServer() throws {
    let (port, wait) = try serveOnce()
    let post = HTTPPost(
      url: "http://127.0.0.1:\(port)/hook", headers: ["X-Avatar-Event: 1"],
      body: Array(#"{"event":"x"}"#.utf8))
    #expect(try post.send() == 204)
    let request = wait()
    #expect(request.hasPrefix("POST /hook HTTP/1.1\r\n"))
    #expect(request.contains("X-Avatar-Event: 1\r\n"))
    #expect(request.hasSuffix(#"{"event":"x"}"#))
    #expect(throws: TransferError.self) { try post.send() }
    #expect(!HTTPPost.accepts("file:///etc/passwd") && !HTTPPost.accepts("https://"))
  }

  /// A server for one request, which it answers with 204; `wait` gives what came.
  private func serveOnce() throws -> (port: UInt16, wait: () -> String) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        #expect(bind(listener, address, size) == 0 && listen(listener, 1) == 0)
        getsockname(listener, address, &size)
      }
    }
    let received = Mutex("")
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      let connection = accept(listener, nil, nil)
      var bytes = [UInt8](repeating: 0, count: 1 << 16)
      while !received.withLock({ $0.hasSuffix("}") }) {
        let count = read(connection, &bytes, bytes.count)
        guard count > 0 else { break }
        received.withLock { $0 += String(decoding: bytes[..<count], as: UTF8.self) }
      }
      let answer = Array("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".utf8)
      _ = write(connection, answer, answer.count)
      close(connection)
      close(listener)
      done.signal()
    }
    return (
      UInt16(bigEndian: address.sin_port),
      {
        done.wait()
        return received.withLock { $0 }
      }
    )
  }
}

@Suite struct MetricsTests {
  @Test("figures are in Prometheus' text format, replaced whole")
  func text() throws {
    var metrics = Metrics()
    metrics.jobs = ["succeeded": 3, "failed": 1]
    metrics.framesWritten = 250
    metrics.runStarted = Date(timeIntervalSince1970: 1000)
    let folder = try TemporaryFolder()
    try folder.write("old".utf8, to: "avatar.prom")
    try metrics.write(to: folder.file("avatar.prom"))
    let text = try String(contentsOfFile: folder.file("avatar.prom"), encoding: .utf8)
    #expect(text == metrics.text)
    #expect(
      text.hasPrefix(
        """
        # HELP avatar_batch_jobs Jobs in the ledger by state.
        # TYPE avatar_batch_jobs gauge
        avatar_batch_jobs{state="failed"} 1
        avatar_batch_jobs{state="succeeded"} 3

        """))
    #expect(text.contains("\navatar_batch_frames_written_total 250\n"))
    #expect(text.hasSuffix("\navatar_batch_run_end_time_seconds 0\n"))
  }
}
