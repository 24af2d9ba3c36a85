import Foundation
import MediaTypes
import Synchronization
import TestSupport
import Testing

@testable import Transfers

@Suite struct HTTPDownloadTests {
  private typealias Reply = LoopbackServer.Reply

  private let data = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) })
  private let folder: TemporaryFolder
  private var part: String { folder.file("file.part") }

  init() throws { folder = try TemporaryFolder() }

  private func download(
    _ url: String, token: String? = nil, size: Int? = nil, delays: [Double] = [0.01, 0.01]
  ) -> HTTPDownload {
    HTTPDownload(
      url: url, token: token, expectedByteCount: size,
      patience: .init(connectSeconds: 10, stallSeconds: 3, retryDelays: delays))
  }

  /// Why it can't be downloaded.
  private func failure(_ download: HTTPDownload, at path: String? = nil) -> DownloadError? {
    do {
      _ = try download.run(to: path ?? part)
      return nil
    } catch {
      return error
    }
  }

  private var received: Data? { try? Data(contentsOf: URL(fileURLWithPath: part)) }

  @Test("a file comes whole, and leaves nothing else")
  func whole() throws {
    let data = data
    let server = try LoopbackServer { .file(data, for: $0) }
    let steps = Mutex<[Int]>([])
    let result = try download(server.url + "/a", size: data.count).run(
      to: part, progress: { count in steps.withLock { $0.append(count) } })
    #expect(result == .init(byteCount: data.count, announcedSHA256: nil))
    #expect(received == data && folder.names == ["file.part"])
    #expect(steps.withLock { $0 == $0.sorted() && $0.last == data.count })
  }

  @Test("an empty file is a file")
  func empty() throws {
    let server = try LoopbackServer { .file(Data(), for: $0) }
    #expect(try download(server.url).run(to: part).byteCount == 0)
    #expect(received == Data())
  }

  @Test("a connection that is cut again and again goes on where it was, as long as it gets further")
  func cuts() throws {
    let data = data
    let server = try LoopbackServer { request in
      var reply = Reply.file(data, for: request)
      reply.cutAfter = 50_000
      return reply
    }
    _ = try download(server.url, size: data.count).run(to: part)
    #expect(received == data)
    let starts = server.requests.map(\.rangeStart)
    #expect(starts == [nil, 50_000, 100_000, 150_000, 200_000, 250_000])
    #expect(server.requests[1].headers["if-range"] == "\"one\"")
  }

  @Test("a connection on which nothing comes is cut and made again")
  func stall() throws {
    let data = data
    let server = try LoopbackServer { request in
      var reply = Reply.file(data, for: request)
      if request.rangeStart == nil { reply.stallAfter = 1000 }
      return reply
    }
    _ = try download(server.url, size: data.count).run(to: part)
    #expect(received == data)
    #expect(server.requests.map(\.rangeStart) == [nil, 1000])
  }

  @Test("a server that gets no further is given up, and what came stays for the next run")
  func givenUp() throws {
    let data = data
    let stuck = try LoopbackServer { request in
      var reply = Reply.file(data, for: request)
      reply.cutAfter = request.rangeStart == nil ? 1000 : 0
      return reply
    }
    let error = try #require(failure(download(stuck.url)))
    #expect(error.exitCode == .inputOutputError)
    #expect(stuck.requests.count == 3)
    #expect(received == data.prefix(1000))
    let good = try LoopbackServer { .file(data, for: $0) }
    _ = try download(good.url).run(to: part)
    #expect(received == data && good.requests.map(\.rangeStart) == [1000])
  }

  @Test("another file on the server, or one that takes no ranges, begins again")
  func changed() throws {
    let (data, other) = (data, Data(repeating: 7, count: 300_000))
    for takesRanges in [true, false] {
      let server = try LoopbackServer { request in
        if request.rangeStart == nil && request.path == "/" {
          var reply = Reply.file(data, for: request)
          reply.cutAfter = 1000
          return reply
        }
        return takesRanges ? .file(other, tag: "two", for: request) : Reply(200, body: other)
      }
      _ = try download(server.url + "/", size: data.count).run(to: part)
      #expect(received == other)
      #expect(server.requests.map(\.rangeStart) == [nil, 1000])
      try FileManager.default.removeItem(atPath: part)
    }
  }

  @Test("what came without a tag or a date is not gone on with")
  func withoutValidator() throws {
    let data = data
    let server = try LoopbackServer { _ in Reply(200, body: data) }
    try folder.write(Data(repeating: 1, count: 500), to: "file.part")
    _ = try download(server.url).run(to: part)
    #expect(received == data && server.requests.map(\.rangeStart) == [nil])
  }

  @Test("a length that is a lie is found out")
  func lies() throws {
    let data = data
    let short = try LoopbackServer { _ in
      var reply = Reply(200, body: data.prefix(1000))
      reply.declaredLength = 2000
      return reply
    }
    #expect(throws: DownloadError.noAnswer(url: short.url, reason: "Transferred a partial file")) {
      try download(short.url).run(to: part)
    }
    let other = try LoopbackServer { .file(data.prefix(1000), for: $0) }
    #expect(throws: DownloadError.wrongSize(url: other.url, expected: 2000, found: 1000)) {
      try download(other.url, size: 2000).run(to: part)
    }
    let cut = try LoopbackServer { _ in
      var reply = Reply(200, headers: ["ETag: \"x\""], body: data)
      reply.declaredLength = 1000
      return reply
    }
    #expect(try download(cut.url).run(to: part).byteCount == 1000)
  }

  @Test("a range that wasn't asked for is not appended")
  func wrongRange() throws {
    let data = data
    let server = try LoopbackServer { request in
      guard request.rangeStart != nil else {
        var reply = Reply.file(data, for: request)
        reply.cutAfter = 1000
        return reply
      }
      return Reply(206, headers: ["Content-Range: bytes 0-9/300000"], body: data.prefix(10))
    }
    #expect(throws: DownloadError.self) { try download(server.url).run(to: part) }
    #expect(received == data.prefix(1000))
  }

  @Test("a web page is no file, and takes nothing away from what came before")
  func webPage() throws {
    let page = Reply(
      200, headers: ["Content-Type: text/html; charset=utf-8"], body: Data("<html>".utf8))
    let server = try LoopbackServer { _ in page }
    try folder.write([1, 2, 3], to: "file.part")
    #expect(throws: DownloadError.webPage(url: server.url)) {
      try download(server.url).run(to: part)
    }
    #expect(received == Data([1, 2, 3]))
  }

  @Test("refusals are told at once, busy servers are asked again", arguments: [401, 403, 404, 451])
  func refused(status: Int) throws {
    let server = try LoopbackServer { _ in Reply(status, body: Data("no".utf8)) }
    let error = try #require(failure(download(server.url)))
    #expect(error == .refused(url: server.url, status: status))
    #expect(error.exitCode == .modelNotInstalled && server.requests.count == 1)
    #expect(received == Data())
    let busy = try LoopbackServer { _ in Reply(503) }
    #expect(throws: DownloadError.noAnswer(url: busy.url, reason: "the server answers 503")) {
      try download(busy.url).run(to: part)
    }
    #expect(busy.requests.count == 3)
  }

  @Test("a token goes to its own server, never to where that redirects")
  func token() throws {
    let data = data
    let store = try LoopbackServer { .file(data, for: $0) }
    let target = store.url + "/blob"
    let digest = String(repeating: "ab", count: 32)
    let hub = try LoopbackServer { _ in
      Reply(302, headers: ["Location: \(target)", "X-Linked-Etag: \"\(digest)\""])
    }
    let result = try download(hub.url + "/x", token: "secret").run(to: part)
    #expect(received == data && result.announcedSHA256 == digest)
    #expect(hub.requests.map { $0.headers["authorization"] } == ["Bearer secret"])
    #expect(store.requests.map { $0.headers["authorization"] } == [nil])
  }

  @Test("nothing but the web is followed")
  func otherProtocols() throws {
    let server = try LoopbackServer { _ in Reply(302, headers: ["Location: file:///etc/passwd"]) }
    #expect(throws: DownloadError.self) { try download(server.url).run(to: part) }
    #expect(throws: DownloadError.self) { try download("file:///etc/passwd").run(to: part) }
    #expect(received == Data())
  }

  @Test("a server that isn't there, a full disk and a folder that isn't one are told apart")
  func places() throws {
    let port = try LoopbackServer { _ in Reply(200) }.port
    let away = try #require(failure(download("http://127.0.0.1:\(port)/")))
    #expect(away.exitCode == .inputOutputError)
    let data = data
    let server = try LoopbackServer { .file(data, for: $0) }
    symlink("/dev/full", folder.file("full"))
    let full = try #require(failure(download(server.url), at: folder.file("full")))
    #expect(
      full.exitCode == .inputOutputError && "\(full)".hasSuffix("free some space and run again"))
    let nowhere = try #require(failure(download(server.url), at: folder.file("none/file")))
    #expect(nowhere.exitCode == .cannotCreateOutput)
  }

  @Test("a download is stopped within a second or two, while it waits too")
  func cancelled() throws {
    let data = data
    let server = try LoopbackServer { request in
      var reply = Reply.file(data, for: request)
      reply.cutAfter = 1000
      return reply
    }
    let start = ContinuousClock.now
    #expect(throws: DownloadError.cancelled) {
      try download(server.url, delays: [60]).run(
        to: part, isCancelled: { ContinuousClock.now - start > .milliseconds(200) })
    }
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect((received?.count ?? 0) >= 1000)
  }

  @Test("headers in any case and order, several answers in a row")
  func headers() {
    var header = AnswerHeader()
    for line in [
      "HTTP/1.1 302 Found\r\n", "ETag: \"a\"\r\n", "X-Linked-ETag: \"short\"\r\n", "\r\n",
      "HTTP/2 206 \r\n", "content-TYPE: Text/HTML\r\n", "Content-Range: bytes 5-9/10\r\n",
      "etag: W/\"weak\"\r\n", "last-modified: yesterday\r\n", "nonsense\r\n", "\r\n",
    ] { header.take(line) }
    #expect(header.status == 206 && header.isWebPage && header.linkedSHA256 == nil)
    #expect(header.rangeStart == 5 && header.rangeTotal == 10 && header.validator == "yesterday")
  }
}
