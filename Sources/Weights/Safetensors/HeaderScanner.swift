/// Reads the little JSON that safetensors headers are made of, straight from the file's bytes.
///
/// Foundation's decoder would accept duplicate keys, and build a tree of any size that a hostile file asks for.
struct HeaderScanner {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == bytes.count
    }
  }

  /// Consumes `character` if it comes next.
  mutating func take(_ character: Character) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  /// Consumes `character`, which must come next.
  mutating func expect(_ character: Character) throws(FormatError) {
    guard take(character) else {
      throw FormatError(reason: "\"\(character)\" expected at byte \(position) of its header")
    }
  }

  /// A string in quotes.
  mutating func string() throws(FormatError) -> String {
    try expect("\"")
    var text: [UInt8] = []
    while true {
      guard position < bytes.count else {
        throw FormatError(reason: "its header ends inside a name")
      }
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw FormatError(reason: "its header is not valid UTF-8 before byte \(position)")
        }
        return string
      case UInt8(ascii: "\\"): try appendEscape(to: &text)
      case 0..<0x20:
        throw FormatError(reason: "control character at byte \(position - 1) of its header")
      default: text.append(byte)
      }
    }
  }

  /// A whole number, zero or above.
  mutating func count() throws(FormatError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < bytes.count, let digit = digit(bytes[position]) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(digit)
      guard !overflow, !carry else {
        throw FormatError(reason: "the number at byte \(start) of its header is too large")
      }
      value = sum
      position += 1
    }
    guard position > start else {
      throw FormatError(reason: "a whole number expected at byte \(start) of its header")
    }
    return value
  }

  /// Whole numbers in square brackets, `limit` at most.
  mutating func counts(limit: Int) throws(FormatError) -> [Int] {
    try expect("[")
    var values: [Int] = []
    if take("]") { return values }
    repeat {
      guard values.count < limit else {
        throw FormatError(reason: "a list of more than \(limit) numbers in its header")
      }
      values.append(try count())
    } while take(",")
    try expect("]")
    return values
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  private func digit(_ byte: UInt8) -> Int? {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
  }

  private mutating func appendEscape(to text: inout [UInt8]) throws(FormatError) {
    guard position < bytes.count else { throw FormatError(reason: "its header ends inside a name") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: String(try unicodeScalar()).utf8)
    default: throw FormatError(reason: "unknown escape at byte \(position - 1) of its header")
    }
  }

  private mutating func unicodeScalar() throws(FormatError) -> Unicode.Scalar {
    let first = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    // A pair of surrogates makes one character beyond the basic plane.
    if UTF16.isLeadSurrogate(UInt16(first)), position + 1 < bytes.count,
      bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
    {
      position += 2
      let second = try hexadecimalUnit()
      if UTF16.isTrailSurrogate(UInt16(second)) {
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))!
      }
    }
    throw FormatError(reason: "half a character before byte \(position) of its header")
  }

  private mutating func hexadecimalUnit() throws(FormatError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let text = String(validating: bytes[position..<position + 4], as: UTF8.self),
      text.utf8.allSatisfy({ ($0 as UInt8) != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let value = UInt32(text, radix: 16)
    else { throw FormatError(reason: "unfinished escape at byte \(position) of its header") }
    position += 4
    return value
  }
}
