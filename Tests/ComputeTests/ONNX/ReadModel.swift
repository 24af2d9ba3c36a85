import Foundation

/// An ONNX file read back.
struct ReadModel {
  struct Node {
    let type: String
    let name: String
    let inputs: [String]
    let outputs: [String]
    /// Integers by name; lists too.
    let integers: [String: [Int]]
    let texts: [String: String]
  }

  struct Tensor {
    let shape: [Int]
    let type: Int
    /// Where it lies in another file, by key; empty for a tensor inside.
    let place: [String: String]
    let bytes: [UInt8]

    var floats: [Float] {
      stride(from: 0, to: bytes.count, by: 4).map { start in
        let bits = bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        return Float(bitPattern: bits)
      }
    }
  }

  let formatVersion: [Int]
  let operatorSets: [Int]
  let name: [String]
  let nodes: [Node]
  let inputs: [String: [Int]]
  let outputs: [String: [Int]]
  let values: [String: [Int]]
  let tensors: [String: Tensor]
  let tensorNames: [String]

  init(path: String) throws {
    let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
    let model = try ProtobufReader(bytes[...])
    let graph = try model.messages(7)[0]
    formatVersion = model.numbers(1)
    operatorSets = try model.messages(8).flatMap { $0.numbers(2) }
    name = graph.texts(2)
    nodes = try graph.messages(1).map(Self.node)
    inputs = try Self.shapes(graph.messages(11))
    outputs = try Self.shapes(graph.messages(12))
    values = try Self.shapes(graph.messages(13))
    let tensors = try graph.messages(5)
    tensorNames = tensors.flatMap { $0.texts(8) }
    self.tensors = try Dictionary(
      uniqueKeysWithValues: zip(tensorNames, tensors.map(Self.tensor)))
  }

  private static func node(_ message: ProtobufReader) throws -> Node {
    let attributes = try message.messages(5)
    let integers = attributes.map { ($0.texts(1)[0], $0.numbers(3) + $0.numbers(8)) }
    let texts = attributes.compactMap { attribute in
      attribute.texts(4).first.map { (attribute.texts(1)[0], $0) }
    }
    return Node(
      type: message.texts(4)[0], name: message.texts(3)[0], inputs: message.texts(1),
      outputs: message.texts(2), integers: Dictionary(uniqueKeysWithValues: integers),
      texts: Dictionary(uniqueKeysWithValues: texts))
  }

  private static func shapes(_ messages: [ProtobufReader]) throws -> [String: [Int]] {
    try Dictionary(
      uniqueKeysWithValues: messages.map { message in
        let tensor = try message.messages(2)[0].messages(1)[0]
        let sizes = try tensor.messages(2)[0].messages(1).flatMap { $0.numbers(1) }
        return (message.texts(1)[0], sizes)
      })
  }

  private static func tensor(_ message: ProtobufReader) throws -> Tensor {
    let place = try message.messages(13).map { ($0.texts(1)[0], $0.texts(2)[0]) }
    return Tensor(
      shape: message.numbers(1), type: message.numbers(2)[0],
      place: Dictionary(uniqueKeysWithValues: place), bytes: message.bytes(9).flatMap(Array.init))
  }

  /// What is wrong with the graph: names read before they are made or made twice, tensors of a wrong size.
  var defects: [String] {
    var known = Set(inputs.keys).union(tensorNames)
    var defects = known.count == inputs.count + tensorNames.count ? [] : ["a name twice"]
    for node in nodes {
      for input in node.inputs where !input.isEmpty && !known.contains(input) {
        defects.append("\(node.name) reads \(input)")
      }
      for output in node.outputs where !known.insert(output).inserted {
        defects.append("\(node.name) makes \(output) again")
      }
    }
    if Set(nodes.map(\.name)).count < nodes.count { defects.append("two nodes of one name") }
    defects += outputs.keys.filter { !known.contains($0) }.map { "nothing makes \($0)" }
    defects += values.keys.filter { !known.contains($0) }.map { "nothing makes \($0)" }
    for (name, tensor) in tensors where tensor.place.isEmpty {
      let width = tensor.type == 7 ? 8 : 4
      if tensor.bytes.count != tensor.shape.reduce(width, *) { defects.append("size of \(name)") }
    }
    return defects
  }
}
