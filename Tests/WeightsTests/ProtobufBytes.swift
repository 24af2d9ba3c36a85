/// Writes protobuf messages for tests.
struct ProtobufBytes {
  private(set) var bytes: [UInt8] = []

  private mutating func append(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  func number(_ field: UInt64, _ value: UInt64) -> ProtobufBytes {
    var result = self
    result.append(field << 3)
    result.append(value)
    return result
  }

  /// With `count`, another length than the true one is written.
  func message(_ field: UInt64, _ inside: [UInt8], count: UInt64? = nil) -> ProtobufBytes {
    var result = self
    result.append(field << 3 | 2)
    result.append(count ?? UInt64(inside.count))
    result.bytes += inside
    return result
  }

  func text(_ field: UInt64, _ text: String) -> ProtobufBytes { message(field, Array(text.utf8)) }
  func raw(_ bytes: [UInt8]) -> ProtobufBytes {
    var result = self
    result.bytes += bytes
    return result
  }
}
