/// A run of elements in a PyTorch file, which tensors look at.
struct TorchStorage: Hashable {
  /// The name under which the file keeps it.
  let key: String
  let type: ElementType
  /// Elements of the whole run.
  let count: Int
  /// The part of the run that this storage is; files before PyTorch 1.6 have such views.
  let part: Range<Int>

  /// Bytes of the whole run; nil beyond Int.
  var byteCount: Int? {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    return overflow ? nil : bytes
  }

  /// The element type of the storage class or dtype called `name`, such as `torch.HalfStorage` or `torch.uint16`.
  static func elementType(_ name: String) -> ElementType? {
    guard name.hasPrefix("torch."), let last = name.split(separator: ".").last else { return nil }
    return elementTypes[String(last)]
  }

  private static let elementTypes: [String: ElementType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    "ComplexFloatStorage": .complex64, "ComplexDoubleStorage": .complex128,
    "UntypedStorage": .uint8,
    "float32": .float32, "float64": .float64, "float16": .float16, "bfloat16": .bfloat16,
    "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint64": .uint64,
    "uint32": .uint32, "uint16": .uint16, "uint8": .uint8, "bool": .bool,
    "complex64": .complex64, "complex128": .complex128,
    "float8_e4m3fn": .float8e4m3, "float8_e5m2": .float8e5m2,
  ]
}

/// A tensor as a PyTorch pickle describes it: a storage, and where in it the elements are.
struct TorchTensor {
  let storage: TorchStorage
  let type: ElementType
  /// Elements of `type` before the first one.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
