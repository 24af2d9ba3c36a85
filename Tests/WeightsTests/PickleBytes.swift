/// Pieces of pickles, written by hand.
enum PickleBytes {
  static func text(_ text: String) -> [UInt8] {
    [0x58] + bytes(UInt32(text.utf8.count)) + text.utf8
  }

  static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + bytes(value) }

  static func tuple(_ parts: [[UInt8]]) -> [UInt8] { [0x28] + parts.joined() + [0x74] }

  static func integers(_ values: [Int]) -> [UInt8] { tuple(values.map(integer)) }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func call(_ module: String, _ name: String, _ arguments: [[UInt8]]) -> [UInt8] {
    global(module, name) + tuple(arguments) + [0x52]
  }

  static func dictionary(_ items: [(String, [UInt8])]) -> [UInt8] {
    [0x7D, 0x28] + items.flatMap { text($0.0) + $0.1 } + [0x75]
  }

  /// A whole pickle of protocol 2 that gives `value`.
  static func pickle(_ value: [UInt8]) -> [UInt8] { [0x80, 2] + value + [0x2E] }

  static func storage(_ key: String, count: Int, type: String = "FloatStorage") -> [UInt8] {
    tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)]) + [0x51]
  }

  /// A tensor as PyTorch describes it; by default all four elements of storage 0.
  static func tensor(
    storage: [UInt8] = storage("0", count: 4), offset: Int = 0, shape: [Int] = [2, 2],
    strides: [Int] = [2, 1]
  ) -> [UInt8] {
    call(
      "torch._utils", "_rebuild_tensor_v2",
      [storage, integer(offset), integers(shape), integers(strides), [0x89], [0x7D]])
  }

  static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
}

/// PyTorch's files around pickles that were written by hand.
enum TorchBytes {
  /// The numbers 1, 2, 3, 4 in fp32.
  static let fourNumbers = [1, 2, 3, 4].flatMap { PickleBytes.bytes(Float($0).bitPattern) }

  /// The zip archive of a value and its only storage, 0.
  static func archive(
    _ value: [UInt8], storage: [UInt8] = fourNumbers, _ change: (inout ZipBytes) -> Void = { _ in }
  ) -> [UInt8] {
    var zip = ZipBytes(files: [
      .init(name: "x/data.pkl", bytes: PickleBytes.pickle(value)),
      .init(name: "x/byteorder", bytes: Array("little".utf8)),
      .init(name: "x/data/0", bytes: storage), .init(name: "x/version", bytes: Array("3\n".utf8)),
    ])
    change(&zip)
    return zip.bytes
  }

  /// The stream of before 1.6 of a value and its only storage, 0.
  static func stream(
    _ value: [UInt8], version: Int = 1001, keys: [String] = ["0"], count: Int = 4,
    storage: [UInt8] = fourNumbers
  ) -> [UInt8] {
    let magic: [UInt8] = [0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    let head = [magic, PickleBytes.integer(version), [0x7D], value].flatMap(PickleBytes.pickle)
    let list = PickleBytes.pickle([0x5D, 0x28] + keys.flatMap(PickleBytes.text) + [0x65])
    return head + list + PickleBytes.bytes(count) + storage
  }
}
