/// A look at YAML's bytes before Yams turns them into values, which takes a hundred bytes of memory for each of the text.
///
/// It also finds the one form of alias bomb that goes off while Yams reads: Yams hashes keys, and a key may be a whole value with
/// aliases of aliases in it.
struct YAMLGuard {
  private var values = 1
  private var anchors = 0
  private var aliases = 0
  private var complexKey: Int?

  /// Throws where `text` has too many values, or keys that could take for ever.
  static func check(_ text: String) throws(ManifestProblem) {
    var text = text
    let found = text.withUTF8 { bytes in
      var counts = YAMLGuard()
      for index in bytes.indices { counts.look(at: index, in: bytes) }
      return (counts, counts.complexKey.map { ManifestMark(offset: $0, in: bytes) })
    }
    guard found.0.values <= ManifestNode.countLimit else {
      throw .tooMany(ManifestMark(line: 1, column: 1))
    }
    // Fewer aliases make no bomb worth the name.
    if let mark = found.1, found.0.anchors > 1, found.0.aliases > 30 {
      throw YAMLComplaint.complexKey(mark)
    }
  }

  private mutating func look(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: "\n")
    switch bytes[index] {
    case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "{"): values += 1
    case UInt8(ascii: ":"): values += 2
    case UInt8(ascii: "-") where next.isBlank: values += 1
    case UInt8(ascii: "?") where next.isBlank:
      values += 2
      if Self.beginsValue(index, in: bytes) { noteComplexKey(index) }
    case UInt8(ascii: "&") where next.isNameByte && Self.beginsValue(index, in: bytes):
      anchors += 1
    case UInt8(ascii: "*") where next.isNameByte && Self.beginsValue(index, in: bytes):
      aliases += 1
      let end = bytes[(index + 1)...].firstIndex { !$0.isNameByte } ?? bytes.endIndex
      if Self.colonFollows(end, in: bytes) { noteComplexKey(index) }
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      if Self.colonFollows(index + 1, in: bytes) { noteComplexKey(index) }
    default: break
    }
  }

  private mutating func noteComplexKey(_ index: Int) {
    if complexKey == nil { complexKey = index }
  }

  private static func beginsValue(_ index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard index > 0 else { return true }
    let before = bytes[index - 1]
    return before.isBlank
      || [UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: ",")].contains(before)
  }

  private static func colonFollows(_ index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes[min(index, bytes.endIndex)...].first { !$0.isBlank } == UInt8(ascii: ":")
  }
}

extension UInt8 {
  fileprivate var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\n")
      || self == UInt8(ascii: "\r")
  }

  fileprivate var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"), 0x80...:
      true
    default: false
    }
  }
}

extension ManifestMark {
  /// The place of byte `offset` of UTF-8 text.
  init(offset: Int, in bytes: UnsafeBufferPointer<UInt8>) {
    self.init(line: 1, column: 1)
    for byte in bytes[..<offset] {
      if byte == UInt8(ascii: "\n") {
        self = ManifestMark(line: line + 1, column: 1)
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
  }
}
