/// The kinds of numbers that a safetensors file may hold, under the format's own names.
public enum ElementType: String, Sendable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case float8e5m2 = "F8_E5M2"
  case float8e4m3 = "F8_E4M3"
  case int16 = "I16"
  case uint16 = "U16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int32 = "I32"
  case uint32 = "U32"
  case float32 = "F32"
  case float64 = "F64"
  case int64 = "I64"
  case uint64 = "U64"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// Whether `floats` can convert it.
  var isReadable: Bool { self != .float8e5m2 && self != .float8e4m3 }

  /// The little-endian elements in `bytes` as fp32, or nil for 8-bit floating point.
  func floats(_ bytes: UnsafeRawBufferPointer) -> [Float]? {
    switch self {
    case .float32: convert(bytes, UInt32.self) { Float(bitPattern: $0) }
    case .float16: convert(bytes, UInt16.self, float(half:))
    case .bfloat16: convert(bytes, UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float64: convert(bytes, UInt64.self) { Float(Double(bitPattern: $0)) }
    case .bool, .uint8: convert(bytes, UInt8.self) { Float($0) }
    case .int8: convert(bytes, Int8.self) { Float($0) }
    case .int16: convert(bytes, Int16.self) { Float($0) }
    case .uint16: convert(bytes, UInt16.self) { Float($0) }
    case .int32: convert(bytes, Int32.self) { Float($0) }
    case .uint32: convert(bytes, UInt32.self) { Float($0) }
    case .int64: convert(bytes, Int64.self) { Float($0) }
    case .uint64: convert(bytes, UInt64.self) { Float($0) }
    case .float8e5m2, .float8e4m3: nil
    }
  }
}

@inline(__always)
private func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
  _ bytes: UnsafeRawBufferPointer, _ stored: Stored.Type, _ toFloat: (Stored) -> Float
) -> [Float] {
  let size = MemoryLayout<Stored>.size
  let count = bytes.count / size
  return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
    // The format does not promise alignment.
    for index in 0..<count {
      buffer[index] = toFloat(
        Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: index * size, as: Stored.self)))
    }
    initialized = count
  }
}

/// Half precision to single, in integer steps: Swift's Float16 is a library call per element on plain x86-64.
@inline(__always)
private func float(half: UInt16) -> Float {
  let sign = UInt32(half & 0x8000) << 16
  let exponentAndMantissa = UInt32(half & 0x7FFF) << 13
  let magnitude = (Float(bitPattern: exponentAndMantissa) * 0x1p112).bitPattern
  let special: UInt32 = half & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
  return Float(bitPattern: sign | magnitude | special)
}
