/// Reads little-endian fields one after another and never beyond the end.
struct ByteCursor {
  /// The bytes end inside a field.
  struct End: Error {}

  let bytes: UnsafeRawBufferPointer
  var position: Int

  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  /// Where the next `count` bytes lie; they are passed over.
  mutating func take(_ count: Int) throws(End) -> Range<Int> {
    guard count >= 0, position >= 0, position <= bytes.count, count <= bytes.count - position
    else { throw End() }
    defer { position += count }
    return position..<position + count
  }

  /// The next number.
  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type = Value.self
  ) throws(End) -> Value {
    let range = try take(MemoryLayout<Value>.size)
    return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: type))
  }

  /// The next number as a count of bytes or items.
  mutating func count<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(End) -> Int {
    guard let count = Int(exactly: try integer(type)) else { throw End() }
    return count
  }

  /// The bytes up to the next line feed, which is passed over too.
  mutating func line() throws(End) -> Range<Int> {
    guard position <= bytes.count, let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw End()
    }
    defer { position = end + 1 }
    return position..<end
  }
}
