/// What a server's answer says before the file, as far as downloads need it.
struct AnswerHeader: Equatable {
  private(set) var status = 0
  private(set) var isWebPage = false
  private(set) var contentLength: Int?
  /// First byte and size of the whole file, of an answer with a part of it.
  private(set) var rangeStart: Int?
  private(set) var rangeTotal: Int?
  private var etag: String?
  private var lastModified: String?
  /// SHA-256 of the file as a Hugging Face hub tells it, on the way to where the file lies.
  private(set) var linkedSHA256: String?

  /// Takes one line of the answer; where it is redirected, of each answer in turn.
  mutating func take(_ line: some StringProtocol) {
    let line = line.trimmedASCII
    if line.hasPrefix("HTTP/") {
      self = AnswerHeader(linkedSHA256: linkedSHA256)
      status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      return
    }
    guard let colon = line.firstIndex(of: ":") else { return }
    let value = line[line.index(after: colon)...].trimmedASCII
    switch line[..<colon].lowercased() {
    case "content-type": isWebPage = value.lowercased().hasPrefix("text/html")
    case "content-length": contentLength = Int(value)
    case "content-range": takeRange(value)
    case "etag": etag = value
    case "last-modified": lastModified = value
    case "x-linked-etag": linkedSHA256 = Self.digest(value)
    default: break
    }
  }

  init() {}
  private init(linkedSHA256: String?) { self.linkedSHA256 = linkedSHA256 }

  /// What `If-Range` may carry: a strong tag, else the date.
  ///
  /// Weak tags don't promise the same bytes.
  var validator: String? {
    if let etag, etag.hasPrefix("\"") { return etag }
    return lastModified
  }

  /// `bytes 100-199/200`, or `bytes */200` of an answer that there is no such range.
  private mutating func takeRange(_ value: String) {
    guard value.hasPrefix("bytes ") else { return }
    let parts = value.dropFirst(6).split(separator: "/")
    guard parts.count == 2 else { return }
    rangeStart = parts[0].split(separator: "-").first.flatMap { Int($0) }
    rangeTotal = Int(parts[1])
  }

  private static func digest(_ value: String) -> String? {
    let digits = value.filter { $0 != "\"" }.lowercased()
    return digits.utf8.count == 64 && digits.allSatisfy(\.isHexDigit) ? digits : nil
  }
}

extension StringProtocol {
  fileprivate var trimmedASCII: String {
    let bytes = Array(utf8)
    let isBlank = { (byte: UInt8) in byte == 0x20 || (9...13).contains(byte) }
    guard let first = bytes.firstIndex(where: { !isBlank($0) }),
      let last = bytes.lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }
}
