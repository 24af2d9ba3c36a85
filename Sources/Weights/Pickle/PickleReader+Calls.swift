extension PickleReader {
  /// Instructions that name, make or change objects: they are written down and not followed.
  mutating func describeCall(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .global: pushGlobal(module: try line(), name: try line())
    case .stackGlobal: try pushGlobalFromStack()
    case .ext1: try pushExtension(1)
    case .ext2: try pushExtension(2)
    case .ext4: try pushExtension(4)
    case .reduce, .newObj:
      let arguments = try pop()
      pushObject(try pop(), arguments)
    case .newObjEx:
      _ = try pop()
      let arguments = try pop()
      pushObject(try pop(), arguments)
    case .inst:
      pushGlobal(module: try line(), name: try line())
      let callable = try pop()
      pushObject(callable, try popArguments())
    case .obj:
      guard case .sequence(let index) = try popArguments(),
        let callable = graph.sequences[index].first
      else { throw .invalid("an object without a class") }
      graph.sequences[index].removeFirst()
      pushObject(callable, .sequence(index))
    // The state of an object: no tensor of a checkpoint lies there.
    case .build:
      _ = try pop()
      guard top != nil else { throw .invalid("a state without an object") }
    case .persid:
      graph.ranges.append(try line())
      pushPersistent(.text(graph.ranges.count - 1))
    case .binPersid: pushPersistent(try pop())
    default: return false
    }
    return true
  }

  private mutating func pushGlobal(module: Range<Int>, name: Range<Int>) {
    graph.globals.append(.init(module: module, name: name))
    push(.global(graph.globals.count - 1))
  }

  private mutating func pushGlobalFromStack() throws(Failure) {
    guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
      throw .invalid("a class whose name is no text")
    }
    pushGlobal(module: graph.ranges[module], name: graph.ranges[name])
  }

  /// A class by a number that only the writer knows.
  private mutating func pushExtension(_ byteCount: Int) throws(Failure) {
    let range = try take(byteCount)
    pushGlobal(module: range.lowerBound..<range.lowerBound, name: range)
  }

  private mutating func popArguments() throws(Failure) -> Value {
    graph.sequences.append(try popToMark())
    return .sequence(graph.sequences.count - 1)
  }

  private mutating func pushObject(_ callable: Value, _ arguments: Value) {
    graph.objects.append(.init(callable: callable, arguments: arguments))
    push(.object(graph.objects.count - 1))
  }

  private mutating func pushPersistent(_ id: Value) {
    graph.persistentIDs.append(id)
    push(.persistent(graph.persistentIDs.count - 1))
  }
}
