/// The kinds of numbers that weight files hold, under the names of the safetensors format.
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
  case complex64 = "C64"
  case complex128 = "C128"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
    case .int16, .uint16, .float16, .bfloat16: 2
    case .int32, .uint32, .float32: 4
    case .float64, .int64, .uint64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether it converts to real numbers.
  var isReadable: Bool { self != .complex64 && self != .complex128 }

  /// Writes the elements in `bytes` to `values` as fp32; as many as there are in both.
  ///
  /// Elements are little-endian unless `isBigEndian`. The type must be readable.
  func convert(
    _ bytes: UnsafeRawBufferPointer, isBigEndian: Bool = false,
    to values: UnsafeMutableBufferPointer<Float>
  ) {
    let run = Run(bytes: bytes, isBigEndian: isBigEndian, values: values)
    switch self {
    case .float32: run.convert(UInt32.self) { Float(bitPattern: $0) }
    case .float16: run.convertHalves()
    case .bfloat16: run.convert(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .float64: run.convert(UInt64.self) { Float(Double(bitPattern: $0)) }
    case .float8e5m2: run.convert(UInt8.self) { float(half: UInt16($0) << 8) }
    case .float8e4m3: run.convert(UInt8.self, float(e4m3:))
    case .bool: run.convert(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: run.convert(UInt8.self) { Float($0) }
    case .int8: run.convert(Int8.self) { Float($0) }
    case .int16: run.convert(Int16.self) { Float($0) }
    case .uint16: run.convert(UInt16.self) { Float($0) }
    case .int32: run.convert(Int32.self) { Float($0) }
    case .uint32: run.convert(UInt32.self) { Float($0) }
    case .int64: run.convert(Int64.self) { Float($0) }
    case .uint64: run.convert(UInt64.self) { Float($0) }
    case .complex64, .complex128: preconditionFailure("\(rawValue) is not readable")
    }
  }
}

/// Elements to convert and the place for the results.
private struct Run {
  let bytes: UnsafeRawBufferPointer
  let isBigEndian: Bool
  let values: UnsafeMutableBufferPointer<Float>

  @inline(__always)
  func convert<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ stored: Stored.Type, _ toFloat: (Stored) -> Float
  ) {
    let size = MemoryLayout<Stored>.size
    let count = min(bytes.count / size, values.count)
    if isBigEndian {
      for index in 0..<count {
        values[index] = toFloat(Stored(bigEndian: load(index * size)))
      }
    } else {
      for index in 0..<count {
        values[index] = toFloat(Stored(littleEndian: load(index * size)))
      }
    }
  }

  /// Eight halves at once, as most published weights are halves.
  func convertHalves() {
    let count = min(bytes.count / 2, values.count)
    let whole = isBigEndian ? 0 : count / 8 * 8
    for index in stride(from: 0, to: whole, by: 8) {
      let halves = SIMD8<UInt32>(
        truncatingIfNeeded: bytes.loadUnaligned(fromByteOffset: 2 * index, as: SIMD8<UInt16>.self))
      UnsafeMutableRawPointer(values.baseAddress! + index)
        .storeBytes(of: floats(halves: halves), as: SIMD8<Float>.self)
    }
    for index in whole..<count {
      let half: UInt16 = load(2 * index)
      values[index] = float(half: isBigEndian ? half.byteSwapped : half)
    }
  }

  /// No format promises alignment.
  @inline(__always)
  private func load<Stored: BitwiseCopyable>(_ offset: Int) -> Stored {
    bytes.loadUnaligned(fromByteOffset: offset, as: Stored.self)
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

/// Eight at once, the bits of each in the lower half of a lane.
@inline(__always)
private func floats(halves: SIMD8<UInt32>) -> SIMD8<Float> {
  let signs = (halves & 0x8000) &<< 16
  let scaled = unsafeBitCast((halves & 0x7FFF) &<< 13, to: SIMD8<Float>.self) * 0x1p112
  let special = SIMD8<UInt32>(repeating: 0).replacing(
    with: 0x7F80_0000, where: halves & 0x7C00 .== 0x7C00)
  return unsafeBitCast(
    signs | unsafeBitCast(scaled, to: SIMD8<UInt32>.self) | special, to: SIMD8<Float>.self)
}

/// Four bits of exponent, three of mantissa, no infinities: only the largest pattern is not a number.
@inline(__always)
private func float(e4m3 byte: UInt8) -> Float {
  let sign = UInt32(byte & 0x80) << 24
  let exponentAndMantissa = UInt32(byte & 0x7F) << 20
  let magnitude = (Float(bitPattern: exponentAndMantissa) * 0x1p120).bitPattern
  return Float(bitPattern: byte & 0x7F == 0x7F ? 0x7FC0_0000 : sign | magnitude)
}
