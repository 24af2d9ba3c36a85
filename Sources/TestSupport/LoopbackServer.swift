public import Foundation
import Glibc
import Synchronization

/// An HTTP server on 127.0.0.1 that answers as a test says, badly if it says so; one request a connection.
public final class LoopbackServer: Sendable {
  public struct Request: Sendable {
    public let path: String
    /// By name in lower case.
    public let headers: [String: String]

    /// First byte that is asked for.
    public var rangeStart: Int? {
      headers["range"].flatMap { $0.hasPrefix("bytes=") ? $0.dropFirst(6) : nil }
        .flatMap { Int($0.prefix { $0 != "-" }) }
    }
  }

  public struct Reply: Sendable {
    public var status: Int
    public var headers: [String]
    public var body: Data
    /// What `Content-Length` says; nil for the truth.
    public var declaredLength: Int?
    /// Closes the connection after so many bytes of the body.
    public var cutAfter: Int?
    /// Sends nothing for a while after so many bytes of the body, then closes the connection.
    public var stallAfter: Int?

    public init(_ status: Int, headers: [String] = [], body: Data = Data()) {
      self.status = status
      self.headers = headers
      self.body = body
    }

    /// A file as good servers send it: the range that is asked for, if it is of the file with this tag.
    public static func file(_ data: Data, tag: String = "one", for request: Request) -> Reply {
      let headers = ["ETag: \"\(tag)\"", "Accept-Ranges: bytes"]
      let isSame = request.headers["if-range"].map { $0 == "\"\(tag)\"" } ?? true
      guard let start = request.rangeStart, isSame else {
        return Reply(200, headers: headers, body: data)
      }
      guard start < data.count else {
        return Reply(416, headers: headers + ["Content-Range: bytes */\(data.count)"])
      }
      let range = "Content-Range: bytes \(start)-\(data.count - 1)/\(data.count)"
      return Reply(206, headers: headers + [range], body: data.dropFirst(start))
    }
  }

  public let port: UInt16
  private let listener: Int32
  private let taken = Mutex<[Request]>([])

  /// Starts serving; throws where no socket can be had.
  public init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && listen(listener, 16) == 0
          && getsockname(listener, address, &size) == 0
      }
    }
    guard isListening else { throw POSIXError(.EADDRNOTAVAIL) }
    self.listener = listener
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return }
        guard let request = Self.read(connection) else {
          close(connection)
          continue
        }
        self?.taken.withLock { $0.append(request) }
        Thread.detachNewThread { Self.send(answer(request), to: connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  public var url: String { "http://127.0.0.1:\(port)" }

  /// What was asked for so far.
  public var requests: [Request] { taken.withLock { $0 } }

  private static func read(_ connection: Int32) -> Request? {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    var text = ""
    while !text.hasSuffix("\r\n\r\n") {
      let count = Glibc.read(connection, &bytes, bytes.count)
      guard count > 0 else { return nil }
      text += String(decoding: bytes[..<count], as: UTF8.self)
    }
    let lines = text.components(separatedBy: "\r\n")
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    return Request(path: String(words[1]), headers: headers)
  }

  private static func send(_ reply: Reply, to connection: Int32) {
    defer { close(connection) }
    let head =
      ["HTTP/1.1 \(reply.status) Answer"] + reply.headers
      + [
        "Content-Length: \(reply.declaredLength ?? reply.body.count)", "Connection: close", "", "",
      ]
    let end = min(reply.cutAfter ?? .max, reply.stallAfter ?? .max)
    var bytes = Array(head.joined(separator: "\r\n").utf8) + Array(reply.body.prefix(end))
    while !bytes.isEmpty {
      let count = Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      bytes.removeFirst(count)
    }
    if reply.stallAfter != nil { sleep(4) }
  }
}
