/// The stream that PyTorch wrote before 1.6: five pickles, then the storages' bytes.
///
/// The pickles are a magic number, the protocol's version, the writer's sizes, the object and the list of storages
/// (torch/serialization.py, `_legacy_save`).
enum TorchStream {
  private static let version = 1001

  /// The tensors of the stream that fills `region`.
  static func read(_ region: ByteRegion) throws(FormatError) -> [String: StoredTensor] {
    let bytes = region.bytes
    let start = try headerEnd(bytes)
    let object = try TorchPickle.read(bytes, at: start..<bytes.count)
    let list = try TorchPickle.read(bytes, at: object.graph.end..<bytes.count).graph
    let state = try StateDictionary(object)
    guard let keys = list.elements(list.root)?.map(list.text), !keys.contains(nil) else {
      throw FormatError(reason: "it has no list of storages: download it again")
    }
    let runs = try locate(
      keys.compactMap(\.self), sizes(object.storages), in: bytes, from: list.end)
    return try state.stored(in: region, isBigEndian: false) { storage throws(FormatError) in
      guard let run = runs[storage.key] else {
        throw FormatError(reason: "storage \(storage.key) is missing: download it again")
      }
      let size = storage.type.byteCount
      return run.lowerBound + storage.part.lowerBound * size..<run.lowerBound + storage.part
        .upperBound * size
    }
  }

  /// The position behind the magic number, the version and the sizes, which say nothing about tensors.
  private static func headerEnd(_ bytes: UnsafeRawBufferPointer) throws(FormatError) -> Int {
    let magic = try TorchPickle.readHeader(bytes, at: 0)
    // 0x1950a86a20f9469cfc6c
    let expected: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    guard magic.data(magic.root)?.elementsEqual(expected) == true else {
      throw FormatError(
        reason: "it is a Python pickle that PyTorch did not write: save a state_dict() with "
          + "torch.save")
    }
    let version = try TorchPickle.readHeader(bytes, at: magic.end)
    guard version.root == .integer(Self.version) else {
      throw FormatError(reason: "it is of an unknown version of PyTorch's format")
    }
    return try TorchPickle.readHeader(bytes, at: version.end).end
  }

  /// The storages' descriptions by key; two that differ are an error.
  private static func sizes(
    _ storages: [TorchStorage]
  ) throws(FormatError) -> [String: TorchStorage] {
    var sizes: [String: TorchStorage] = [:]
    for storage in storages {
      if let known = sizes[storage.key], known.type != storage.type || known.count != storage.count
      {
        throw FormatError(reason: "storage \(storage.key) is described in two ways")
      }
      sizes[storage.key] = storage
    }
    return sizes
  }

  /// Where the storages lie, one after another from `start`, each behind its number of elements.
  private static func locate(
    _ keys: [String], _ sizes: [String: TorchStorage], in bytes: UnsafeRawBufferPointer,
    from start: Int
  ) throws(FormatError) -> [String: Range<Int>] {
    var runs: [String: Range<Int>] = [:]
    var position = start
    for key in keys {
      guard let storage = sizes[key], let byteCount = storage.byteCount,
        byteCount < .max - position - 8
      else { throw FormatError(reason: "storage \(key) has no size") }
      var cursor = ByteCursor(bytes, at: min(position, bytes.count))
      if let count = try? cursor.integer(UInt64.self), count != UInt64(storage.count) {
        throw FormatError(
          reason: "storage \(key) has \(count) elements and not \(storage.count): download it again"
        )
      }
      runs[key] = position + 8..<position + 8 + byteCount
      position += 8 + byteCount
    }
    guard position <= bytes.count else {
      throw FormatError(
        reason: "it ends early: of \(position) bytes, \(position - bytes.count) are missing: "
          + "download it again")
    }
    return runs
  }
}
