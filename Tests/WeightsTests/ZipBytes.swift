/// A zip archive, truthful unless told otherwise.
struct ZipBytes {
  struct File {
    var name: String
    var bytes: [UInt8]
    var method = 0
    var flags = 0
    /// What the directory says instead of the truth.
    var claimedByteCount: Int?
    var claimedOffset: Int?
    var claimedName: String?
  }

  var files: [File]
  var usesZip64 = false
  var comment = ""
  var claimedFileCount: Int?
  var claimedDirectoryOffset: Int?

  var bytes: [UInt8] {
    var result: [UInt8] = []
    var directory: [UInt8] = []
    for file in files {
      directory += record(of: file, offset: file.claimedOffset ?? result.count)
      result += Self.numbers([0x0403_4B50], UInt32.self)
      result += Self.numbers([20, file.flags, file.method, 0, 0], UInt16.self)
      result += Self.numbers([0, file.bytes.count, file.bytes.count], UInt32.self)
      result += Self.numbers([file.name.utf8.count, 4], UInt16.self)
      result += Array(file.name.utf8) + [0x46, 0x42, 0, 0] + file.bytes
    }
    let offset = claimedDirectoryOffset ?? result.count
    return result + directory
      + end(of: directory, offset: offset, position: result.count + directory.count)
  }

  /// What the directory says about `file`.
  private func record(of file: File, offset: Int) -> [UInt8] {
    let name = Array((file.claimedName ?? file.name).utf8)
    let count = file.claimedByteCount ?? file.bytes.count
    let limit = Int(UInt32.max)
    let extra =
      usesZip64
      ? Self.numbers([1, 24], UInt16.self) + Self.numbers([count, count, offset], UInt64.self) : []
    return Self.numbers([0x0201_4B50], UInt32.self)
      + Self.numbers([45, 45, file.flags, file.method, 0, 0], UInt16.self)
      + Self.numbers(usesZip64 ? [0, limit, limit] : [0, count, count], UInt32.self)
      + Self.numbers([name.count, extra.count, 0, 0, 0], UInt16.self)
      + Self.numbers([0, usesZip64 ? limit : offset], UInt32.self) + name + extra
  }

  /// The records at the end, the zip64 ones at `position`.
  private func end(of directory: [UInt8], offset: Int, position: Int) -> [UInt8] {
    let count = claimedFileCount ?? files.count
    var result: [UInt8] = []
    if usesZip64 {
      result += Self.numbers([0x0606_4B50], UInt32.self) + Self.numbers([44], UInt64.self)
      result += Self.numbers([45, 45], UInt16.self) + Self.numbers([0, 0], UInt32.self)
      result += Self.numbers([count, count, directory.count, offset], UInt64.self)
      result += Self.numbers([0x0706_4B50, 0], UInt32.self)
      result += Self.numbers([position], UInt64.self) + Self.numbers([1], UInt32.self)
    }
    let (small, large) = (Int(UInt16.max), Int(UInt32.max))
    result += Self.numbers([0x0605_4B50], UInt32.self)
    result += Self.numbers([0, 0] + (usesZip64 ? [small, small] : [count, count]), UInt16.self)
    result += Self.numbers(usesZip64 ? [large, large] : [directory.count, offset], UInt32.self)
    return result + Self.numbers([comment.utf8.count], UInt16.self) + comment.utf8
  }

  private static func numbers<Number: FixedWidthInteger>(
    _ values: [Int], _ type: Number.Type
  ) -> [UInt8] {
    values.flatMap { PickleBytes.bytes(Number(truncatingIfNeeded: $0)) }
  }
}
