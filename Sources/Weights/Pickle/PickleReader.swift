/// Reads a pickle into a graph, and executes nothing: classes and functions stay names, calls stay descriptions.
///
/// Every instruction adds a bounded amount to the graph and their number is limited, so memory is bounded too.
struct PickleReader {
  typealias Value = PickleGraph.Value

  /// Why bytes are no pickle.
  enum Failure: Error {
    /// They end before the pickle does.
    case end
    /// What is wrong, in words.
    case invalid(String)
  }

  /// A checkpoint takes about forty instructions a tensor.
  static let maximumStepCount = 2_000_000

  private var cursor: ByteCursor
  var graph: PickleGraph
  var stack: [Value] = []
  private var marks: [Int] = []
  private var memo: [Int: Value] = [:]

  private init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
    cursor = ByteCursor(bytes, at: position)
    graph = PickleGraph(bytes)
  }

  /// The pickle that starts at `position` of `bytes`; the graph keeps the bytes' address.
  static func read(
    _ bytes: UnsafeRawBufferPointer, at position: Int = 0,
    maximumStepCount: Int = PickleReader.maximumStepCount
  ) throws(Failure) -> PickleGraph {
    var reader = PickleReader(bytes, at: position)
    var stepCount = 0
    while try reader.step() {
      stepCount += 1
      guard stepCount < maximumStepCount else {
        throw .invalid("it has more than \(maximumStepCount) instructions")
      }
    }
    reader.graph.root = try reader.pop()
    reader.graph.end = reader.cursor.position
    return reader.graph
  }

  /// Follows one instruction; false after the last.
  private mutating func step() throws(Failure) -> Bool {
    let position = cursor.position
    let byte = try integer(UInt8.self)
    guard let opcode = PickleOpcode(rawValue: byte) else {
      throw .invalid("byte \(position) is no instruction of a pickle")
    }
    if opcode == .stop { return false }
    if try pushScalar(opcode) { return true }
    if try pushText(opcode) { return true }
    if try remember(opcode) { return true }
    if try makeContainer(opcode) { return true }
    if try fillContainer(opcode) { return true }
    if try describeCall(opcode) { return true }
    if try manage(opcode) { return true }
    throw .invalid("instruction \(opcode) at byte \(position) is not supported")
  }

  // MARK: The stack

  mutating func push(_ value: Value) { stack.append(value) }

  /// The topmost value, which may not lie below the last mark.
  mutating func pop() throws(Failure) -> Value {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw .invalid("it takes a value where there is none, before byte \(cursor.position)")
    }
    return value
  }

  var top: Value? { stack.count > marks.last ?? 0 ? stack.last : nil }

  mutating func pushMark() { marks.append(stack.count) }

  /// The values above the last mark, which goes too.
  mutating func popToMark() throws(Failure) -> [Value] {
    guard let mark = marks.popLast() else {
      throw .invalid("it asks for a mark where there is none, before byte \(cursor.position)")
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  // MARK: The bytes

  mutating func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(Failure) -> Number {
    do { return try cursor.integer(type) } catch { throw .end }
  }

  mutating func take(_ count: Int) throws(Failure) -> Range<Int> {
    do { return try cursor.take(count) } catch { throw .end }
  }

  /// The bytes whose number comes first.
  mutating func counted<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type
  ) throws(Failure) -> Range<Int> {
    guard let count = Int(exactly: try integer(type)), count >= 0 else { throw .end }
    return try take(count)
  }

  mutating func line() throws(Failure) -> Range<Int> {
    do { return try cursor.line() } catch { throw .end }
  }

  func characters(_ range: Range<Int>) -> String {
    String(decoding: graph.bytes[range], as: UTF8.self)
  }

  // MARK: The memo

  private mutating func remember(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .memoize: try memoize(memo.count)
    case .binPut: try memoize(Int(integer(UInt8.self)))
    case .longBinPut: try memoize(Int(integer(UInt32.self)))
    case .put: try memoize(number(line()))
    case .binGet: try recall(Int(integer(UInt8.self)))
    case .longBinGet: try recall(Int(integer(UInt32.self)))
    case .get: try recall(number(line()))
    default: return false
    }
    return true
  }

  private mutating func memoize(_ index: Int) throws(Failure) {
    guard let top else { throw .invalid("it keeps a value where there is none") }
    memo[index] = top
  }

  private mutating func recall(_ index: Int) throws(Failure) {
    guard let value = memo[index] else { throw .invalid("it recalls a value that it never kept") }
    push(value)
  }

  private func number(_ range: Range<Int>) throws(Failure) -> Int {
    guard range.count < 20, let number = Int(characters(range)) else {
      throw .invalid("a number expected at byte \(range.lowerBound)")
    }
    return number
  }

  // MARK: Framing and dropping

  private mutating func manage(_ opcode: PickleOpcode) throws(Failure) -> Bool {
    switch opcode {
    case .proto:
      let version = try integer(UInt8.self)
      guard version <= 5 else { throw .invalid("it is of the unknown protocol \(version)") }
    // Frames tell how much to read at once; the bytes inside are instructions like others.
    case .frame: _ = try integer(UInt64.self)
    case .mark: pushMark()
    case .popMark: _ = try popToMark()
    case .pop:
      if stack.count == marks.last { marks.removeLast() } else { _ = try pop() }
    case .dup:
      let value = try pop()
      push(value)
      push(value)
    case .readOnlyBuffer: break
    default: return false
    }
    return true
  }
}
