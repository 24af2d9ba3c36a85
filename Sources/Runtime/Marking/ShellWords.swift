/// Commands as text that a shell takes apart into the same words again.
public enum ShellWords {
  private static let plain = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%".unicodeScalars)

  /// `words` on one line: bare where that is safe, else in single quotes, or in `$'...'` where there are control characters.
  public static func join(_ words: [String]) -> String { words.map(quote).joined(separator: " ") }

  private static func quote(_ word: String) -> String {
    let scalars = word.unicodeScalars
    if !scalars.isEmpty && scalars.allSatisfy(plain.contains) { return word }
    guard scalars.contains(where: PrintableText.isUnprintable) else {
      return "'" + word.replacing("'", with: "'\\''") + "'"
    }
    return "$'" + scalars.map(escaped).joined() + "'"
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "'", "\\": "\\\(scalar)"
    case "\n": "\\n"
    case "\t": "\\t"
    case _ where PrintableText.isUnprintable(scalar):
      String(scalar).utf8.map { byte in
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
      }.joined()
    default: String(scalar)
    }
  }

  /// The words of a line that `join` made; nil where a shell would see more in it than words.
  static func split(_ line: String) -> [String]? {
    var reader = Reader(rest: Array(line.utf8)[...])
    var words: [String] = []
    repeat {
      guard let word = reader.word() else { return nil }
      words.append(word)
    } while reader.skip(" ")
    return reader.rest.isEmpty ? words : nil
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ text: String) -> Bool {
      guard rest.starts(with: text.utf8) else { return false }
      rest = rest.dropFirst(text.utf8.count)
      return true
    }

    mutating func word() -> String? {
      var bytes: [UInt8] = []
      let length = rest.count
      while let next = rest.first, next != UInt8(ascii: " ") {
        if skip("$'") {
          guard escapes(into: &bytes) else { return nil }
        } else if skip("'") {
          guard let end = rest.firstIndex(of: UInt8(ascii: "'")) else { return nil }
          bytes += rest[..<end]
          rest = rest[(end + 1)...]
        } else if skip("\\'") {
          bytes.append(UInt8(ascii: "'"))
        } else {
          guard ShellWords.plain.contains(Unicode.Scalar(next)) else { return nil }
          bytes.append(next)
          rest = rest.dropFirst()
        }
      }
      return rest.count < length ? String(validating: bytes, as: UTF8.self) : nil
    }

    private mutating func escapes(into bytes: inout [UInt8]) -> Bool {
      while let next = rest.popFirst() {
        if next == UInt8(ascii: "'") { return true }
        guard next == UInt8(ascii: "\\") else {
          bytes.append(next)
          continue
        }
        guard let byte = escape() else { return false }
        bytes.append(byte)
      }
      return false
    }

    private mutating func escape() -> UInt8? {
      if skip("n") { return 10 }
      if skip("t") { return 9 }
      if skip("'") { return UInt8(ascii: "'") }
      if skip("\\") { return UInt8(ascii: "\\") }
      let digits = rest.prefix(3)
      rest = rest.dropFirst(3)
      return UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
    }
  }
}
