/// A network in ONNX's terms: nodes in an order in which they can run, joined by names.
///
/// The types below are the part of ONNX's schema that plans need; field numbers are those of onnx/onnx.proto.
struct ONNXGraph {
  let name: String
  var nodes: [Node] = []
  var inputs: [Value] = []
  var outputs: [Value] = []
  /// Names and shapes of what the nodes make.
  var values: [Value] = []
  var initializers: [Initializer] = []

  /// One use of an operator of ONNX.
  struct Node: Equatable {
    var name: String
    var type: String
    var inputs: [String]
    var outputs: [String]
    var attributes: [Attribute] = []
  }

  struct Attribute: Equatable {
    let name: String
    let value: Value

    enum Value: Equatable {
      case float(Float)
      case integer(Int)
      case text(String)
      case integers([Int])
    }
  }

  /// A named tensor of fp32 with fixed sizes.
  struct Value: Equatable {
    var name: String
    var shape: [Int]
  }

  /// A tensor that the file holds.
  struct Initializer {
    let name: String
    let shape: [Int]
    let content: Content

    enum Content {
      /// A weight, read when it is written.
      case weight(Constant)
      /// A weight [rows, columns], written with rows and columns exchanged.
      case transposedWeight(Constant)
      case floats([Float])
      case integers([Int])
    }
  }
}

extension ONNXGraph {
  /// The fields of a GraphProto but the initializers.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for node in nodes { message.add(1, node.message) }
    message.add(2, name)
    for value in inputs { message.add(11, value.message) }
    for value in outputs { message.add(12, value.message) }
    for value in values { message.add(13, value.message) }
    return message
  }
}

extension ONNXGraph.Node {
  /// A NodeProto.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for input in inputs { message.add(1, input) }
    for output in outputs { message.add(2, output) }
    message.add(3, name)
    message.add(4, type)
    for attribute in attributes { message.add(5, attribute.message) }
    return message
  }
}

extension ONNXGraph.Attribute {
  static func float(_ name: String, _ value: Float) -> Self {
    .init(name: name, value: .float(value))
  }
  static func integer(_ name: String, _ value: Int) -> Self {
    .init(name: name, value: .integer(value))
  }
  static func text(_ name: String, _ value: String) -> Self {
    .init(name: name, value: .text(value))
  }
  static func integers(_ name: String, _ values: [Int]) -> Self {
    .init(name: name, value: .integers(values))
  }

  /// An AttributeProto; the field that holds the value is followed by the number of its kind.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, name)
    switch value {
    case .float(let value):
      message.add(2, value)
      message.add(20, 1)
    case .integer(let value):
      message.add(3, value)
      message.add(20, 2)
    case .text(let value):
      message.add(4, value)
      message.add(20, 3)
    case .integers(let values):
      for value in values { message.add(8, value) }
      message.add(20, 7)
    }
    return message
  }
}

extension ONNXGraph.Value {
  /// A ValueInfoProto.
  var message: ProtobufMessage {
    var (dimensions, tensor, type, message) = (
      ProtobufMessage(), ProtobufMessage(), ProtobufMessage(), ProtobufMessage()
    )
    for size in shape {
      var dimension = ProtobufMessage()
      dimension.add(1, size)
      dimensions.add(1, dimension)
    }
    tensor.add(1, ONNXGraph.Initializer.floatType)
    tensor.add(2, dimensions)
    type.add(1, tensor)
    message.add(1, name)
    message.add(2, type)
    return message
  }
}

extension ONNXGraph.Initializer {
  /// TensorProto.DataType.FLOAT and INT64.
  static let floatType = 1
  static let integerType = 7

  /// Bytes of the tensor's numbers.
  var byteCount: Int {
    if case .integers = content { return shape.elementCount * 8 }
    return shape.elementCount * 4
  }

  /// A TensorProto without its numbers.
  var message: ProtobufMessage {
    var message = ProtobufMessage()
    for size in shape { message.add(1, size) }
    if case .integers = content {
      message.add(2, Self.integerType)
    } else {
      message.add(2, Self.floatType)
    }
    message.add(8, name)
    return message
  }

  /// Calls `body` with the numbers' bytes, little-endian and row-major; `plan` is for messages.
  func withBytes(
    plan: String, _ body: (UnsafeRawBufferPointer) throws(ComputeError) -> Void
  ) throws(ComputeError) {
    switch content {
    case .weight(let constant):
      try Self.read(constant.hostTensor(plan: plan).values, body)
    case .transposedWeight(let constant):
      try Self.read(constant.hostTensor(plan: plan).columns, body)
    case .floats(let values): try Self.read(values, body)
    case .integers(let values): try Self.read(values.map(Int64.init), body)
    }
  }

  private static func read<Number: BitwiseCopyable>(
    _ numbers: [Number], _ body: (UnsafeRawBufferPointer) throws(ComputeError) -> Void
  ) throws(ComputeError) {
    try numbers.span.bytes.withUnsafeBytes(body)
  }
}

extension HostTensor {
  /// The values of a matrix column by column.
  fileprivate var columns: [Float] {
    let (rows, columns) = (shape[0], shape[1])
    return [Float](unsafeUninitializedCapacity: rows * columns) { buffer, count in
      values.withUnsafeBufferPointer { values in
        for column in 0..<columns {
          for row in 0..<rows { buffer[column * rows + row] = values[row * columns + column] }
        }
      }
      count = rows * columns
    }
  }
}
