/// What a pickle describes: plain values that refer to one another by number.
///
/// Nothing in it was called or looked up. Values lie in flat tables, so that no nesting or cycle of a hostile file
/// can exhaust the stack, neither while it is read nor when it is given back.
struct PickleGraph {
  /// One value; compound ones are places in the graph's tables.
  enum Value: Equatable {
    case none
    case bool(Bool)
    case integer(Int)
    case real(Double)
    /// A place in `ranges`: characters as UTF-8.
    case text(Int)
    /// A place in `ranges`: bytes, or the digits of an integer beyond 64 bits.
    case bytes(Int)
    /// A place in `sequences`: a list, tuple or set.
    case sequence(Int)
    /// A place in `dictionaries`.
    case dictionary(Int)
    /// A place in `globals`.
    case global(Int)
    /// A place in `objects`.
    case object(Int)
    /// A place in `persistentIDs`: something kept outside of the pickle.
    case persistent(Int)
  }

  /// An entry of a dictionary.
  struct Item {
    let key: Value
    let value: Value
  }

  /// A class or function by name: places of module and name in the pickle.
  struct Global {
    let module: Range<Int>
    let name: Range<Int>
  }

  /// The result of a call that was not made.
  struct Object {
    let callable: Value
    let arguments: Value
    /// What was to be stored in it by key.
    var items: [Item] = []
  }

  let bytes: UnsafeRawBufferPointer
  var root = Value.none
  /// The position behind the pickle.
  var end = 0
  var ranges: [Range<Int>] = []
  var sequences: [[Value]] = []
  var dictionaries: [[Item]] = []
  var globals: [Global] = []
  var objects: [Object] = []
  var persistentIDs: [Value] = []

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Names are short; a longer one is nobody's, and copying it many times would take memory.
  private static let maximumNameByteCount = 512

  /// The characters of a text, nil for other values, for what is not UTF-8 and for texts too long for a name.
  func text(_ value: Value) -> String? {
    guard case .text(let index) = value, ranges[index].count <= Self.maximumNameByteCount else {
      return nil
    }
    return String(validating: bytes[ranges[index]], as: UTF8.self)
  }

  /// The elements of a list, tuple or set, nil for other values.
  func elements(_ value: Value) -> [Value]? {
    guard case .sequence(let index) = value else { return nil }
    return sequences[index]
  }

  /// The bytes of a byte string or very large integer, nil for other values.
  func data(_ value: Value) -> Slice<UnsafeRawBufferPointer>? {
    guard case .bytes(let index) = value else { return nil }
    return bytes[ranges[index]]
  }

  /// The full name of a global, such as `torch.FloatStorage`, nil for other values.
  func name(_ value: Value) -> String? {
    guard case .global(let index) = value else { return nil }
    let global = globals[index]
    guard global.module.count + global.name.count <= Self.maximumNameByteCount else { return nil }
    return String(decoding: bytes[global.module], as: UTF8.self) + "."
      + String(decoding: bytes[global.name], as: UTF8.self)
  }
}
