/// One operation of an ONNX network.
public struct ONNXNode: Sendable, Equatable {
  /// The operator's name, such as `Conv`.
  public internal(set) var kind = ""
  /// Names of tensors; an empty one stands for an input that is left out.
  public internal(set) var inputs: [String] = []
  public internal(set) var outputs: [String] = []
  /// Attributes that are whole numbers or lists of them.
  public internal(set) var integers: [String: [Int]] = [:]
  /// Attributes that are numbers.
  public internal(set) var numbers: [String: Float] = [:]
}

extension ONNXNode {
  /// Reads a `NodeProto`; attributes of other kinds are left out.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(FormatError) {
    var reader = ProtobufReader(bytes, range)
    while let (field, value) = try reader.next() {
      guard case .bytes(let inside) = value else { continue }
      switch field {
      case 1: inputs.append(bytes.text(inside))
      case 2: outputs.append(bytes.text(inside))
      case 4: kind = bytes.text(inside)
      case 5: try readAttribute(bytes, inside)
      default: break
      }
    }
  }

  private mutating func readAttribute(
    _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
  ) throws(FormatError) {
    var (name, integers, number): (String, [Int], Float?) = ("", [], nil)
    var reader = ProtobufReader(bytes, range)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .bytes(let text)): name = bytes.text(text)
      case (2, .fixed(let word)) where word.count == 4:
        number = Float(
          bitPattern: UInt32(
            littleEndian: bytes.loadUnaligned(fromByteOffset: word.lowerBound, as: UInt32.self)))
      case (3, .number(let value)), (8, .number(let value)):
        integers.append(Int(Int64(bitPattern: value)))
      case (8, .bytes(let packed)):
        var packed = ProtobufReader(bytes, packed)
        integers += try packed.numbers().map { Int(Int64(bitPattern: $0)) }
      default: break
      }
    }
    if let number { numbers[name] = number }
    if !integers.isEmpty { self.integers[name] = integers }
  }
}

extension UnsafeRawBufferPointer {
  /// The text in `range`; what is no UTF-8, or would break a line, is replaced.
  func text(_ range: Range<Int>) -> String {
    let bytes = UnsafeRawBufferPointer(rebasing: self[range])
    return String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7F ? 0x3F : $0 }, as: UTF8.self)
  }
}
