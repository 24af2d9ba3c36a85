/// Reads a manifest that is JSON (RFC 8259), keeping places.
///
/// YAML's reader takes most JSON too, but neither the surrogate pairs that other programs write nor keys of any length.
struct JSONReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private var count = 0
  /// Where `marked` bytes have led to, so that places cost one pass altogether.
  private var marked = 0
  private var mark = ManifestMark(line: 1, column: 1)

  /// The value in `text`; throws at the first place that is no JSON.
  static func read(_ text: String) throws(ManifestProblem) -> ManifestNode {
    var text = text
    let result = text.withUTF8 { bytes -> Result<ManifestNode, ManifestProblem> in
      var reader = JSONReader(bytes)
      do throws(ManifestProblem) { return .success(try reader.document()) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func document() throws(ManifestProblem) -> ManifestNode {
    skipBlanks()
    let root = try value(depth: 0)
    skipBlanks()
    if index < bytes.count { throw problem("more text after the end: remove it") }
    return root
  }

  private mutating func value(depth: Int) throws(ManifestProblem) -> ManifestNode {
    let mark = place()
    count += 1
    guard count <= ManifestNode.countLimit else { throw .tooMany(mark) }
    guard depth <= ManifestNode.depthLimit else { throw .tooDeep(mark) }
    let isFlag = current == UInt8(ascii: "t") || current == UInt8(ascii: "f")
    let content: ManifestNode.Content =
      switch current {
      case UInt8(ascii: "{"): .mapping(try object(depth: depth))
      case UInt8(ascii: "["): .list(try array(depth: depth))
      case UInt8(ascii: "\""): .scalar(try string())
      default: try word()
      }
    let isNull = if case .null = content { true } else { false }
    return ManifestNode(content: content, mark: mark, isFlag: isFlag, isCancellation: isNull)
  }

  private mutating func object(
    depth: Int
  ) throws(ManifestProblem) -> [ManifestNode.Entry] {
    var entries: [ManifestNode.Entry] = []
    var keys: Set<String> = []
    index += 1
    skipBlanks()
    if take(UInt8(ascii: "}")) { return [] }
    while true {
      let mark = place()
      guard current == UInt8(ascii: "\"") else { throw problem("expected a key in quotes") }
      let key = try string()
      guard keys.insert(key).inserted else {
        throw ManifestProblem(
          mark, "key \"\(key.shown)\" stands twice among the same keys: keep one")
      }
      count += 1
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw problem("expected : after the key") }
      skipBlanks()
      entries.append(.init(key: key, keyMark: mark, value: try value(depth: depth + 1)))
      skipBlanks()
      if take(UInt8(ascii: "}")) { return entries }
      guard take(UInt8(ascii: ",")) else { throw problem("expected , or }") }
      skipBlanks()
    }
  }

  private mutating func array(depth: Int) throws(ManifestProblem) -> [ManifestNode] {
    var list: [ManifestNode] = []
    index += 1
    skipBlanks()
    if take(UInt8(ascii: "]")) { return [] }
    while true {
      list.append(try value(depth: depth + 1))
      skipBlanks()
      if take(UInt8(ascii: "]")) { return list }
      guard take(UInt8(ascii: ",")) else { throw problem("expected , or ]") }
      skipBlanks()
    }
  }

  /// A number, `true`, `false` or `null`.
  private mutating func word() throws(ManifestProblem) -> ManifestNode.Content {
    let start = index
    while let byte = current, byte.isWordByte { index += 1 }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    switch text {
    case "null": return .null
    case "true", "false": return .scalar(text)
    default:
      guard Self.isNumber(text) else {
        index = start
        throw problem(
          text.isEmpty ? "expected a value" : "\(text.shown) is no JSON: text needs \" around it")
      }
      return .scalar(text)
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    let isSimple = text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.utf8.first != 0x30
    if isSimple && !text.isEmpty { return true }
    return text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
  }

  /// A string; the reader stands on its first quotation mark.
  private mutating func string() throws(ManifestProblem) -> String {
    let start = index
    index += 1
    var unescaped: [UInt8] = []
    var from = index
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        let rest = bytes[from..<index]
        index += 1
        if unescaped.isEmpty { return String(decoding: rest, as: UTF8.self) }
        return String(decoding: unescaped + rest, as: UTF8.self)
      case UInt8(ascii: "\\"):
        unescaped += bytes[from..<index]
        unescaped += String(try escape()).utf8
        from = index
      case 0..<0x20: throw problem("a control character in text: write it as an escape")
      default: index += 1
      }
    }
    index = start
    throw problem("a quotation mark is not closed: close it")
  }

  private mutating func escape() throws(ManifestProblem) -> Unicode.Scalar {
    let start = index
    index += 1
    if let byte = current, let scalar = Self.escapes[byte] {
      index += 1
      return scalar
    }
    if let high = codeUnit() {
      if let scalar = Unicode.Scalar(high) { return scalar }
      if UTF16.isLeadSurrogate(UInt16(high)), take(UInt8(ascii: "\\")), let low = codeUnit(),
        UTF16.isTrailSurrogate(UInt16(low))
      {
        return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF) ?? "\u{FFFD}"
      }
    }
    index = start
    throw problem("an escape that JSON doesn't have: a backslash is written \\\\")
  }

  private static let escapes: [UInt8: Unicode.Scalar] = [
    UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
    UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
    UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
  ]

  /// The value of `uXXXX`, where the reader stands on one.
  private mutating func codeUnit() -> UInt32? {
    guard current == UInt8(ascii: "u"), index + 5 <= bytes.count else { return nil }
    let digits = String(decoding: bytes[(index + 1)..<(index + 5)], as: UTF8.self)
    guard digits.allSatisfy({ $0.isHexDigit }), let value = UInt32(digits, radix: 16) else {
      return nil
    }
    index += 5
    return value
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = current, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { index += 1 }
  }

  private mutating func place() -> ManifestMark {
    let part = ManifestMark(offset: index - marked, in: .init(rebasing: bytes[marked...]))
    let column = part.line == 1 ? mark.column + part.column - 1 : part.column
    mark = ManifestMark(line: mark.line + part.line - 1, column: column)
    marked = index
    return mark
  }

  private mutating func problem(_ message: String) -> ManifestProblem {
    // A place before the last one is only ever where a value began, on the same line.
    if index < marked { (marked, mark) = (0, ManifestMark(line: 1, column: 1)) }
    return ManifestProblem(place(), message)
  }
}

extension UInt8 {
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "'"), 0x80...:
      true
    default: false
    }
  }
}
