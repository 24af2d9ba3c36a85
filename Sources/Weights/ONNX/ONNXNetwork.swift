// After onnx/onnx.proto of ONNX 1.16.

/// An ONNX file's network: its operations and its weights, mapped into memory and read without any runtime.
///
/// Read is what networks of pictures need: weights in the file itself, numbers and lists of whole numbers as attributes. Nothing in the
/// file is executed, and networks within operations are not looked at.
public struct ONNXNetwork: Sendable {
  /// The file's path.
  public let name: String
  /// All operations, in the file's order.
  public let nodes: [ONNXNode]
  /// The network's inputs that are no weights, and its outputs.
  public let inputs: [String]
  public let outputs: [String]
  private let weights: [String: StoredTensor]

  /// - Throws: `WeightsError.unreadable`, or `.malformed` for what is no such network.
  public init(path: String) throws(WeightsError) { try self.init(ByteRegion(path: path), path) }

  init(_ region: ByteRegion, _ path: String) throws(WeightsError) {
    do throws(FormatError) {
      switch FileKind(region.bytes) {
      case .other(let description): throw FormatError(reason: description)
      case .onnx: break
      default: throw FormatError(reason: "it is no ONNX network: use one")
      }
      let graph = try Self.graph(region.bytes)
      var parts = Parts()
      try parts.read(region, graph)
      name = path
      (nodes, outputs, weights) = (parts.nodes, parts.outputs, parts.weights)
      inputs = parts.inputs.filter { parts.weights[$0] == nil }
    } catch {
      throw .malformed(file: path, reason: error.reason)
    }
  }

  /// Where the graph of a `ModelProto` lies.
  private static func graph(_ bytes: UnsafeRawBufferPointer) throws(FormatError) -> Range<Int> {
    var graph: Range<Int>?
    var reader = ProtobufReader(bytes, bytes.indices)
    while let (field, value) = try reader.next() {
      if field == 7, case .bytes(let range) = value { graph = range }
    }
    guard let graph else {
      throw FormatError(reason: "it is an ONNX file without a network: download it again")
    }
    return graph
  }

  /// The shape of the weight called `name`; nil where there is none.
  public func shape(_ name: String) -> [Int]? { weights[name]?.shape }

  /// Names of all weights, sorted.
  public var weightNames: [String] { weights.keys.sorted() }

  /// Weights under other names: `names` has theirs here, by the new ones.
  ///
  /// - Throws: `WeightsError.missing`.
  public func checkpoint(_ names: [String: String]) throws(WeightsError) -> Checkpoint {
    var entries: [String: StoredTensor] = [:]
    for (new, old) in names {
      guard let entry = weights[old] else { throw .missing(file: name, key: old) }
      entries[new] = entry
    }
    return Checkpoint(CheckpointContents(entries: entries), name: name)
  }

  /// What is collected while a `GraphProto` is read.
  private struct Parts {
    var nodes: [ONNXNode] = []
    var weights: [String: StoredTensor] = [:]
    var inputs: [String] = []
    var outputs: [String] = []

    mutating func read(_ region: ByteRegion, _ range: Range<Int>) throws(FormatError) {
      var reader = ProtobufReader(region.bytes, range)
      while let (field, value) = try reader.next() {
        guard case .bytes(let inside) = value else { continue }
        switch field {
        case 1: nodes.append(try ONNXNode(region.bytes, inside))
        case 5:
          let (name, weight) = try StoredTensor.onnx(region, inside)
          guard weights.updateValue(weight, forKey: name) == nil else {
            throw FormatError(reason: "it has two weights called \"\(name)\": download it again")
          }
        case 11: inputs.append(try Self.name(region.bytes, inside))
        case 12: outputs.append(try Self.name(region.bytes, inside))
        default: break
        }
      }
    }

    /// The name in a `ValueInfoProto`.
    private static func name(
      _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>
    ) throws(FormatError) -> String {
      var reader = ProtobufReader(bytes, range)
      var name = ""
      while let (field, value) = try reader.next() {
        if field == 1, case .bytes(let range) = value { name = bytes.text(range) }
      }
      return name
    }
  }
}

extension ONNXNetwork {
  /// Whether the file at `path` is an ONNX network by its first bytes.
  ///
  /// - Throws: `WeightsError.unreadable`, or `.malformed` for an empty file.
  public static func isFile(_ path: String) throws(WeightsError) -> Bool {
    let region = try ByteRegion(path: path)
    return withExtendedLifetime(region) {
      if case .onnx = FileKind(region.bytes) { true } else { false }
    }
  }
}
