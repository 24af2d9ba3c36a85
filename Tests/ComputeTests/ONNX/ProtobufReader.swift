/// The fields of one message in Protocol Buffers' wire format: just enough to look at what was written.
struct ProtobufReader {
  enum Content {
    case number(UInt64)
    case bytes(ArraySlice<UInt8>)
  }

  struct Truncated: Error {}

  private(set) var fields: [(field: Int, content: Content)] = []

  init(_ bytes: ArraySlice<UInt8>) throws {
    var rest = bytes
    while !rest.isEmpty {
      let tag = try Self.varint(&rest)
      let content: Content =
        switch tag & 7 {
        case 0: .number(try Self.varint(&rest))
        case 2: .bytes(try Self.take(Int(try Self.varint(&rest)), &rest))
        case 5:
          .number(try Self.take(4, &rest).reversed().reduce(0) { $0 << 8 | UInt64($1) })
        default: throw Truncated()
        }
      fields.append((Int(tag >> 3), content))
    }
  }

  func messages(_ field: Int) throws -> [ProtobufReader] {
    try bytes(field).map { try ProtobufReader($0) }
  }

  func bytes(_ field: Int) -> [ArraySlice<UInt8>] {
    fields.compactMap {
      if $0.field == field, case .bytes(let bytes) = $0.content { bytes } else { nil }
    }
  }

  func texts(_ field: Int) -> [String] { bytes(field).map { String(decoding: $0, as: UTF8.self) } }

  func numbers(_ field: Int) -> [Int] {
    fields.compactMap {
      if $0.field == field, case .number(let number) = $0.content {
        Int(truncatingIfNeeded: number)
      } else {
        nil
      }
    }
  }

  private static func take(
    _ count: Int, _ rest: inout ArraySlice<UInt8>
  ) throws -> ArraySlice<UInt8> {
    guard count >= 0, count <= rest.count else { throw Truncated() }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private static func varint(_ rest: inout ArraySlice<UInt8>) throws -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0, to: 64, by: 7) {
      let byte = try take(1, &rest).first!
      value |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return value }
    }
    throw Truncated()
  }
}
