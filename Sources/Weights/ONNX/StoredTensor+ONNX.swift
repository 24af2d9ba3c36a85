extension StoredTensor {
  /// Reads a `TensorProto` and its name, without its values.
  ///
  /// - Throws: `FormatError` for numbers of other kinds, in another file, or fewer or more than the shape says.
  static func onnx(
    _ region: ByteRegion, _ range: Range<Int>
  ) throws(FormatError) -> (name: String, tensor: StoredTensor) {
    let fields = try ONNXTensorFields(region.bytes, range)
    func unusable(_ reason: String) -> FormatError {
      FormatError(reason: "its weight \"\(fields.name)\" \(reason)")
    }
    if fields.isElsewhere { throw unusable("lies in another file: get the network in one file") }
    guard let type = fields.type else {
      throw unusable("is of ONNX's type \(fields.typeNumber): get it with weights in fp32 or fp16")
    }
    // Floats may be listed as numbers; all other kinds are read as they lie in memory only.
    guard let values = fields.raw ?? (type == .float32 ? fields.floats : nil) ?? fields.empty
    else { throw unusable("is written in a form that is not read: save it as raw data") }
    guard let count = product(fields.shape), values.count % type.byteCount == 0,
      count == values.count / type.byteCount
    else {
      throw unusable("has \(values.count) bytes for \(fields.shape): download it again")
    }
    return (
      fields.name,
      StoredTensor(type: type, shape: fields.shape, region: region, bytes: values)
    )
  }
}

/// The fields of a `TensorProto`.
private struct ONNXTensorFields {
  var name = ""
  var shape: [Int] = []
  var typeNumber: UInt64 = 0
  var raw: Range<Int>?
  var floats: Range<Int>?
  var isElsewhere = false

  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) throws(FormatError) {
    var reader = ProtobufReader(bytes, range)
    while let (field, value) = try reader.next() {
      switch (field, value) {
      case (1, .number(let size)): shape.append(Int(truncatingIfNeeded: size))
      case (1, .bytes(let packed)):
        var packed = ProtobufReader(bytes, packed)
        shape += try packed.numbers().map { Int(truncatingIfNeeded: $0) }
      case (2, .number(let number)): typeNumber = number
      case (4, .bytes(let packed)): floats = packed
      case (8, .bytes(let text)): name = bytes.text(text)
      case (9, .bytes(let values)): raw = values
      case (13, _), (14, .number(1)): isElsewhere = true
      default: break
      }
    }
  }

  var type: ElementType? {
    switch typeNumber {
    case 1: .float32
    case 7: .int64
    case 10: .float16
    case 11: .float64
    case 16: .bfloat16
    default: nil
    }
  }

  /// No bytes, for a tensor without elements.
  var empty: Range<Int>? { shape.contains(0) ? 0..<0 : nil }
}
