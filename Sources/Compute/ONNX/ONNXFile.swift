import MediaTypes

/// A network as a file for other runtimes, and what it took to write it.
public struct ONNXFile: Sendable, Equatable {
  /// The version of ONNX's file format.
  public static let formatVersion = 8
  /// The version of ONNX's operators.
  public static let operatorSet = ONNXGraphBuilder.operatorSet
  /// Larger weights go into a second file: a protobuf message ends at 2 GB.
  static let largestWeightsInside = 1_500_000_000
  /// Tensors in the second file begin at multiples of this, so that they can be mapped.
  private static let alignment = 4096
  /// Smaller tensors stay inside: readers want shapes before they look at other files.
  private static let smallestOutside = 1024

  public let path: String
  /// The file beside the model that holds the weights; nil where they are inside.
  public let weightsPath: String?
  /// Operators in ONNX's terms.
  public let nodeCount: Int
  /// Both files together.
  public let byteCount: Int
}

extension Plan {
  /// Writes the plan as an ONNX model (format 8, operators 17); weights of more than 1.5 GB go into `path`.data.
  ///
  /// Both files appear under their names only when they are complete; weights are read and written one at a time.
  /// `beforeEachWeight` may stop the work by an error. Throws that error, `ComputeError.cannotCreate` (also for
  /// existing files, unless `replacing`), `.writeFailed`, `.constant`, and `.unsupported` for a plan that gives
  /// another value than its input under the input's name.
  public func writeONNX(
    to path: String, replacing: Bool = false, beforeEachWeight: () throws -> Void = {}
  ) throws -> ONNXFile {
    try writeONNX(
      to: path, replacing: replacing, largestWeightsInside: ONNXFile.largestWeightsInside,
      beforeEachWeight: beforeEachWeight)
  }

  func writeONNX(
    to path: String, replacing: Bool = false, largestWeightsInside: Int,
    beforeEachWeight: () throws -> Void = {}
  ) throws -> ONNXFile {
    let graph = try ONNXGraphBuilder.graph(of: self)
    let byteCount = graph.initializers.reduce(0) { $0 + $1.byteCount }
    let isSplit = byteCount > largestWeightsInside
    let model = try PendingOutput(path, replacing: replacing)
    let weights = try isSplit ? PendingOutput(path + ".data", replacing: replacing) : nil
    let layout = ONNXFile.Layout(graph.initializers, outside: weights?.name)
    try model.write(layout.head(of: graph))
    for entry in layout.entries {
      try beforeEachWeight()
      try model.write(entry.head)
      if let weights, let offset = entry.offset { try weights.pad(to: offset) }
      try entry.initializer.withBytes(plan: name) { (bytes) throws(ComputeError) in
        try (entry.offset == nil ? model : weights!).write(bytes)
      }
    }
    // The model last: without it the weights are nothing.
    try weights?.commit()
    try model.commit()
    return ONNXFile(
      path: path, weightsPath: weights?.path, nodeCount: graph.nodes.count,
      byteCount: model.byteCount + (weights?.byteCount ?? 0))
  }
}

extension ONNXFile {
  /// Where each tensor lies, and the bytes around it.
  struct Layout {
    struct Entry {
      let initializer: ONNXGraph.Initializer
      /// What the model holds of the tensor, but for the numbers that follow if they lie inside.
      let head: ProtobufMessage
      /// Where the numbers begin in the second file; nil if they follow `head`.
      let offset: Int?
    }

    private(set) var entries: [Entry] = []
    private var byteCountInside = 0

    /// Lays tensors out inside the model, or large ones in the file `outside` beside it.
    init(_ initializers: [ONNXGraph.Initializer], outside: String?) {
      var end = 0
      for initializer in initializers {
        var (offset, tensor) = (Int?.none, initializer.message)
        if let outside, initializer.byteCount >= ONNXFile.smallestOutside {
          let start = (end + ONNXFile.alignment - 1) / ONNXFile.alignment * ONNXFile.alignment
          end = start + initializer.byteCount
          offset = start
          for (key, value) in [
            ("location", outside), ("offset", "\(start)"), ("length", "\(initializer.byteCount)"),
          ] {
            tensor.add(13, ONNXFile.pair(key, value))
          }
          tensor.add(14, 1)
        } else {
          tensor.addHeader(9, byteCount: initializer.byteCount)
        }
        add(initializer, tensor, offset)
      }
    }

    private mutating func add(
      _ initializer: ONNXGraph.Initializer, _ tensor: ProtobufMessage, _ offset: Int?
    ) {
      let numbers = offset == nil ? initializer.byteCount : 0
      var head = ProtobufMessage()
      head.addHeader(5, byteCount: tensor.bytes.count + numbers)
      head.append(tensor)
      entries.append(Entry(initializer: initializer, head: head, offset: offset))
      byteCountInside += head.bytes.count + numbers
    }

    /// The model up to the first tensor: a ModelProto's fields, the graph last, its initializers last of all.
    func head(of graph: ONNXGraph) -> ProtobufMessage {
      var (operators, model, message) = (ProtobufMessage(), ProtobufMessage(), graph.message)
      operators.add(1, "")
      operators.add(2, ONNXFile.operatorSet)
      model.add(1, ONNXFile.formatVersion)
      model.add(2, "avatar")
      model.add(8, operators)
      model.addHeader(7, byteCount: message.bytes.count + byteCountInside)
      model.append(message)
      return model
    }
  }

  /// A StringStringEntryProto.
  private static func pair(_ key: String, _ value: String) -> ProtobufMessage {
    var message = ProtobufMessage()
    message.add(1, key)
    message.add(2, value)
    return message
  }
}
