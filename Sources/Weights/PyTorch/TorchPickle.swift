/// Understands those calls of a pickle that PyTorch writes for tensors.
///
/// They are read like a table: names and numbers. Anything else is an opaque value.
struct TorchPickle {
  typealias Value = PickleGraph.Value

  let graph: PickleGraph

  init(_ graph: PickleGraph) throws(FormatError) {
    self.graph = graph
    if let name = graph.objects.lazy.compactMap({ graph.name($0.callable) })
      .first(where: Self.isHarmful)
    {
      throw FormatError(
        reason: "its pickle would call \(name), which no weights need: nothing was executed; "
          + "get the weights from a source you trust")
    }
  }

  /// The tensor that `value` stands for, nil if it is something else.
  func tensor(_ value: Value) -> TorchTensor? {
    guard case .object(let index) = value else { return nil }
    let object = graph.objects[index]
    return tensor(object.callable, graph.elements(object.arguments) ?? [], wrappers: 4)
  }

  private func tensor(_ callable: Value, _ arguments: [Value], wrappers: Int) -> TorchTensor? {
    guard wrappers > 0, let first = arguments.first else { return nil }
    switch graph.name(callable) {
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2": return view(arguments)
    case "torch._utils._rebuild_tensor_v3":
      guard arguments.count > 6, let type = graph.name(arguments[6]) else { return nil }
      return TorchStorage.elementType(type).flatMap { view(arguments, type: $0) }
    case "torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state",
      "torch.nn.parameter.Parameter":
      guard case .object(let index) = first else { return nil }
      let object = graph.objects[index]
      let inner = graph.elements(object.arguments) ?? []
      return tensor(object.callable, inner, wrappers: wrappers - 1)
    case "torch._tensor._rebuild_from_type_v2":
      guard arguments.count > 2, let inner = graph.elements(arguments[2]) else { return nil }
      return tensor(first, inner, wrappers: wrappers - 1)
    default: return nil
    }
  }

  /// Storage, offset, shape and strides, as every form of tensor begins.
  private func view(_ arguments: [Value], type: ElementType? = nil) -> TorchTensor? {
    guard arguments.count >= 4, case .persistent(let id) = arguments[0],
      let storage = storage(graph.persistentIDs[id]), case .integer(let offset) = arguments[1],
      let shape = integers(arguments[2]), let strides = integers(arguments[3])
    else { return nil }
    return TorchTensor(
      storage: storage, type: type ?? storage.type, offset: offset, shape: shape, strides: strides)
  }

  /// The storage of a persistent ID: "storage", class, key, device, number of elements and perhaps a view.
  func storage(_ id: Value) -> TorchStorage? {
    guard let fields = graph.elements(id), fields.count >= 5, graph.text(fields[0]) == "storage",
      let type = graph.name(fields[1]).flatMap(TorchStorage.elementType),
      let key = graph.text(fields[2]), case .integer(let count) = fields[4], count >= 0
    else { return nil }
    var part = 0..<count
    if fields.count > 5, let view = graph.elements(fields[5]) {
      guard view.count == 3, case .integer(let start) = view[1], case .integer(let size) = view[2],
        start >= 0, size >= 0, start <= count, size <= count - start
      else { return nil }
      part = start..<start + size
    }
    return TorchStorage(key: key, type: type, count: count, part: part)
  }

  /// The storages that the pickle names, in the order of its reading.
  var storages: [TorchStorage] { graph.persistentIDs.compactMap(storage) }

  /// Whole numbers in a list or tuple, or in what was to become a `torch.Size`.
  private func integers(_ value: Value) -> [Int]? {
    var value = value
    if case .object(let index) = value, graph.name(graph.objects[index].callable) == "torch.Size" {
      guard let first = graph.elements(graph.objects[index].arguments)?.first else { return nil }
      value = first
    }
    guard let elements = graph.elements(value), elements.count <= Self.maximumRank else {
      return nil
    }
    var numbers: [Int] = []
    for case .integer(let number) in elements { numbers.append(number) }
    return numbers.count == elements.count ? numbers : nil
  }

  private static let maximumRank = 16

  /// Whether the function called `name` serves to harm; none is called, but whoever named it meant to.
  private static func isHarmful(_ name: String) -> Bool {
    let modules = [
      "os.", "posix.", "nt.", "subprocess.", "pty.", "runpy.", "socket.", "shutil.", "commands.",
    ]
    let functions = ["eval", "exec", "execfile", "compile", "open", "__import__"]
    return modules.contains(where: name.hasPrefix)
      || functions.contains { name == "builtins.\($0)" || name == "__builtin__.\($0)" }
  }
}
