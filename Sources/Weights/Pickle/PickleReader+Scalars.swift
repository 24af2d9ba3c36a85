extension PickleReader {
  /// Instructions that push a number or a constant.
  mutating func pushScalar(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .none: push(.none)
    case .newTrue: push(.bool(true))
    case .newFalse: push(.bool(false))
    case .binInt: push(.integer(Int(try integer(Int32.self))))
    case .binInt1: push(.integer(Int(try integer(UInt8.self))))
    case .binInt2: push(.integer(Int(try integer(UInt16.self))))
    case .long1: pushLong(try counted(UInt8.self))
    case .long4: pushLong(try counted(Int32.self))
    case .binFloat: push(.real(Double(bitPattern: try integer(UInt64.self).byteSwapped)))
    case .int: try pushInteger(line())
    case .long: try pushInteger(line())
    case .float:
      let range = try line()
      guard range.count < 64, let value = Double(characters(range)) else {
        throw .invalid("a number expected at byte \(range.lowerBound)")
      }
      push(.real(value))
    default: return false
    }
    return true
  }

  /// Instructions that push characters or bytes; escapes of protocol 0 stay as they are.
  mutating func pushText(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .shortBinUnicode, .shortBinString: pushText(try counted(UInt8.self))
    case .binUnicode: pushText(try counted(UInt32.self))
    case .binUnicode8: pushText(try counted(UInt64.self))
    case .binString: pushText(try counted(Int32.self))
    case .unicode: pushText(try line())
    case .string:
      let range = try line()
      guard range.count >= 2 else { throw .invalid("a text in quotes expected") }
      pushText(range.dropFirst().dropLast())
    case .shortBinBytes: pushBytes(try counted(UInt8.self))
    case .binBytes: pushBytes(try counted(UInt32.self))
    case .binBytes8, .byteArray8: pushBytes(try counted(UInt64.self))
    default: return false
    }
    return true
  }

  private mutating func pushText(_ range: Range<Int>) {
    graph.ranges.append(range)
    push(.text(graph.ranges.count - 1))
  }

  private mutating func pushBytes(_ range: Range<Int>) {
    graph.ranges.append(range)
    push(.bytes(graph.ranges.count - 1))
  }

  /// A little-endian two's complement number of any length.
  private mutating func pushLong(_ range: Range<Int>) {
    guard range.count <= 8 else { return pushBytes(range) }
    var pattern: UInt64 = 0
    for (place, byte) in graph.bytes[range].enumerated() { pattern |= UInt64(byte) << (8 * place) }
    guard !range.isEmpty else { return push(.integer(0)) }
    // The sign is the highest bit that is there.
    let unused = 64 - 8 * range.count
    push(.integer(Int(Int64(bitPattern: pattern << unused) >> unused)))
  }

  /// A number in digits, also `00` and `01` for the truth values of protocol 1.
  private mutating func pushInteger(_ range: Range<Int>) throws(Failure) {
    guard range.count <= 20 else { return pushBytes(range) }
    let digits = characters(range)
    switch digits {
    case "00": push(.bool(false))
    case "01": push(.bool(true))
    default:
      guard let number = Int(digits.hasSuffix("L") ? String(digits.dropLast()) : digits) else {
        throw .invalid("a number expected at byte \(range.lowerBound)")
      }
      push(.integer(number))
    }
  }
}
