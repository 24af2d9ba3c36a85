/// Flattens what a checkpoint holds into tensors named by their way through its dictionaries and lists.
///
/// `{"state_dict": {"conv.weight": T}, "extra": [U]}` gives `state_dict.conv.weight` and `extra.0`.
struct StateDictionary {
  private(set) var tensors: [String: TorchTensor] = [:]
  let pickle: TorchPickle
  /// Containers that are being looked into: a cycle leads back to one of them.
  private var open: [PickleGraph.Value] = []
  /// Containers in which there is no tensor, by place: sequences, dictionaries, objects.
  private var barren: Set<Container> = []
  private var path: [String] = []
  private var visitCount = 0
  private var keyByteCount = 0

  private enum Container: Hashable {
    case sequence(Int), dictionary(Int), object(Int)

    init?(_ value: PickleGraph.Value) {
      switch value {
      case .sequence(let index): self = .sequence(index)
      case .dictionary(let index): self = .dictionary(index)
      case .object(let index): self = .object(index)
      default: return nil
      }
    }
  }

  private static let maximumDepth = 24
  // A few shared containers can describe any number of tensors under ever other names.
  private static let maximumVisitCount = 1_000_000
  private static let maximumKeyByteCount = 8 << 20

  init(_ pickle: TorchPickle) throws(FormatError) {
    self.pickle = pickle
    _ = try visit(pickle.graph.root)
  }

  /// Whether there is a tensor in `value`.
  private mutating func visit(_ value: PickleGraph.Value) throws(FormatError) -> Bool {
    visitCount += 1
    guard visitCount <= Self.maximumVisitCount else {
      throw FormatError(reason: "it holds the same values under endlessly many names")
    }
    if let tensor = pickle.tensor(value) {
      try add(tensor)
      return true
    }
    guard let container = Container(value), !barren.contains(container), !open.contains(value),
      open.count < Self.maximumDepth
    else { return false }
    open.append(value)
    defer { open.removeLast() }
    var found = false
    switch container {
    case .sequence(let index):
      for (place, element) in pickle.graph.sequences[index].enumerated() {
        found = try visit(element, named: String(place)) || found
      }
    case .dictionary(let index): found = try visit(pickle.graph.dictionaries[index])
    case .object(let index): found = try visit(items(of: pickle.graph.objects[index]))
    }
    if !found { barren.insert(container) }
    return found
  }

  private mutating func visit(_ items: [PickleGraph.Item]) throws(FormatError) -> Bool {
    var found = false
    for (key, item) in Self.last(of: items, pickle.graph) {
      found = try visit(item, named: key) || found
    }
    return found
  }

  private mutating func visit(
    _ value: PickleGraph.Value, named name: String
  ) throws(FormatError) -> Bool {
    path.append(name)
    defer { path.removeLast() }
    return try visit(value)
  }

  private mutating func add(_ tensor: TorchTensor) throws(FormatError) {
    let key = path.joined(separator: ".")
    guard tensors.updateValue(tensor, forKey: key) == nil else {
      throw FormatError(reason: "it holds two tensors named \"\(key)\"")
    }
    keyByteCount += key.utf8.count
    guard keyByteCount <= Self.maximumKeyByteCount else {
      throw FormatError(reason: "the names of its tensors take more than 8 MiB")
    }
  }

  /// An object's entries: whatever its class, they are read as a dictionary's.
  ///
  /// Python 2 wrote an `OrderedDict` as a call with a list of pairs.
  private func items(of object: PickleGraph.Object) -> [PickleGraph.Item] {
    guard pickle.graph.name(object.callable) == "collections.OrderedDict",
      let pairs = pickle.graph.elements(object.arguments)?.first.flatMap(pickle.graph.elements)
    else { return object.items }
    let first = pairs.compactMap { pair -> PickleGraph.Item? in
      guard let pair = pickle.graph.elements(pair), pair.count == 2 else { return nil }
      return .init(key: pair[0], value: pair[1])
    }
    return first + object.items
  }

  /// Entries with a name; of equal names the last counts, as in Python.
  private static func last(
    of items: [PickleGraph.Item], _ graph: PickleGraph
  ) -> [(String, PickleGraph.Value)] {
    var places: [String: Int] = [:]
    var result: [(String, PickleGraph.Value)] = []
    for item in items {
      guard let name = name(item.key, graph) else { continue }
      if let place = places[name] {
        result[place].1 = item.value
      } else {
        places[name] = result.count
        result.append((name, item.value))
      }
    }
    return result
  }

  private static func name(_ key: PickleGraph.Value, _ graph: PickleGraph) -> String? {
    if case .integer(let number) = key { return String(number) }
    return graph.text(key)
  }
}
