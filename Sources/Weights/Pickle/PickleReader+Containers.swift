extension PickleReader {
  /// Instructions that make a list, tuple, set or dictionary.
  mutating func makeContainer(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .emptyTuple, .emptyList, .emptySet: pushSequence([])
    case .tuple, .list, .frozenSet: pushSequence(try popToMark())
    case .tuple1: try pushTuple(1)
    case .tuple2: try pushTuple(2)
    case .tuple3: try pushTuple(3)
    case .emptyDict: pushDictionary([])
    case .dict: pushDictionary(try items(popToMark()))
    default: return false
    }
    return true
  }

  /// Instructions that add to the list, set, dictionary or object on the stack.
  mutating func fillContainer(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .append:
      let value = try pop()
      try extend([value])
    case .appends, .addItems: try extend(popToMark())
    case .setItem:
      let value = try pop()
      let key = try pop()
      try store([.init(key: key, value: value)])
    case .setItems: try store(items(popToMark()))
    default: return false
    }
    return true
  }

  private mutating func pushSequence(_ values: [Value]) {
    graph.sequences.append(values)
    push(.sequence(graph.sequences.count - 1))
  }

  private mutating func pushTuple(_ count: Int) throws(Failure) {
    var values: [Value] = []
    for _ in 0..<count { values.append(try pop()) }
    pushSequence(values.reversed())
  }

  private mutating func pushDictionary(_ items: [PickleGraph.Item]) {
    graph.dictionaries.append(items)
    push(.dictionary(graph.dictionaries.count - 1))
  }

  private func items(_ values: [Value]) throws(Failure) -> [PickleGraph.Item] {
    guard values.count % 2 == 0 else { throw .invalid("a dictionary has a key without a value") }
    return stride(from: 0, to: values.count, by: 2).map {
      .init(key: values[$0], value: values[$0 + 1])
    }
  }

  /// What is appended to an object of a foreign class goes the way of the object.
  private mutating func extend(_ values: [Value]) throws(Failure) {
    switch top {
    case .sequence(let index): graph.sequences[index] += values
    case .object: break
    default: throw .invalid("it appends to a value that is no list")
    }
  }

  private mutating func store(_ items: [PickleGraph.Item]) throws(Failure) {
    switch top {
    case .dictionary(let index): graph.dictionaries[index] += items
    case .object(let index): graph.objects[index].items += items
    default: throw .invalid("it stores entries in a value that is no dictionary")
    }
  }
}
