/// The bytes of one message in Protocol Buffers' wire format, field after field.
///
/// Only what ONNX needs: integers, 32-bit floats, text and messages (protobuf.dev/programming-guides/encoding).
struct ProtobufMessage: Equatable {
  private enum WireType: Int { case varint = 0, lengthDelimited = 2, fixed32 = 5 }

  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, _ value: Int) {
    addTag(field, .varint)
    addVarint(UInt64(bitPattern: Int64(value)))
  }

  mutating func add(_ field: Int, _ value: Float) {
    addTag(field, .fixed32)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ field: Int, _ text: String) { add(field, bytes: Array(text.utf8)) }

  mutating func add(_ field: Int, _ message: ProtobufMessage) { add(field, bytes: message.bytes) }

  mutating func add(_ field: Int, bytes content: [UInt8]) {
    addHeader(field, byteCount: content.count)
    bytes += content
  }

  /// Adds the fields of another message behind its own.
  mutating func append(_ message: ProtobufMessage) { bytes += message.bytes }

  /// Begins a field whose `byteCount` bytes of content follow later: also those that are too many to hold.
  mutating func addHeader(_ field: Int, byteCount: Int) {
    addTag(field, .lengthDelimited)
    addVarint(UInt64(byteCount))
  }

  private mutating func addTag(_ field: Int, _ type: WireType) {
    addVarint(UInt64(field << 3 | type.rawValue))
  }

  /// Seven bits a byte, lowest first; all bytes but the last have their highest bit set.
  private mutating func addVarint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
