// After the wire format of protobuf: protobuf.dev, programming-guides/encoding.

/// Reads the fields of one protobuf message after another, and never beyond its end.
struct ProtobufReader {
  enum Value {
    case number(UInt64)
    /// A text, a message or packed numbers: where its bytes lie in the file.
    case bytes(Range<Int>)
    /// Four or eight bytes that are a number of themselves, such as a float.
    case fixed(Range<Int>)
  }

  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// Reads the message that lies in `range` of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
    self.bytes = bytes
    (position, end) = (range.lowerBound, range.upperBound)
  }

  /// The next field's number and value; nil at the end.
  mutating func next() throws(FormatError) -> (field: Int, value: Value)? {
    guard position < end else { return nil }
    let tag = try number()
    guard let field = Int(exactly: tag >> 3), field > 0 else { throw Self.broken }
    switch tag & 7 {
    case 0: return (field, .number(try number()))
    case 1: return (field, .fixed(try take(8)))
    case 2:
      guard let count = Int(exactly: try number()) else { throw Self.broken }
      return (field, .bytes(try take(count)))
    case 5: return (field, .fixed(try take(4)))
    default: throw Self.broken
    }
  }

  /// The numbers that are packed here.
  mutating func numbers() throws(FormatError) -> [UInt64] {
    var numbers: [UInt64] = []
    while position < end { numbers.append(try number()) }
    return numbers
  }

  private mutating func take(_ count: Int) throws(FormatError) -> Range<Int> {
    guard count >= 0, count <= end - position else { throw Self.broken }
    defer { position += count }
    return position..<position + count
  }

  /// A number in groups of seven bits, the lowest first.
  private mutating func number() throws(FormatError) -> UInt64 {
    var (value, shift): (UInt64, UInt64) = (0, 0)
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
      shift += 7
    }
    throw Self.broken
  }

  static let broken = FormatError(
    reason: "its fields do not end where they should (truncated?): download it again")
}
