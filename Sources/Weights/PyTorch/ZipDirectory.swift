/// The files of a zip archive, with or without the zip64 extension (PKWARE's APPNOTE, sections 4.3 and 4.5).
struct ZipDirectory {
  /// One file of the archive.
  struct Entry {
    /// Where its bytes are, which are its contents unless `obstacle` says otherwise.
    let bytes: Range<Int>
    /// Why its contents cannot be read in place.
    let obstacle: String?
  }

  /// By name, with slashes between folders.
  private(set) var entries: [String: Entry] = [:]

  /// Reads the directory at the end of `bytes`, nil where there is none.
  ///
  /// Throws if it contradicts itself or the files, or if files overlap.
  init?(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard let end = Self.findEnd(bytes) else { return nil }
    do {
      try read(bytes, Self.locateList(bytes, end: end))
    } catch let error as FormatError {
      throw error
    } catch {
      throw FormatError(reason: "its zip directory ends early or points outside of the file")
    }
  }

  /// Where the list of files is, and how many there are.
  private struct List {
    var count: Int
    var byteCount: Int
    var offset: Int
  }

  /// The record at the end of the archive; only a comment may follow it.
  private static func findEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
    let size = 22
    guard bytes.count >= size else { return nil }
    let last = bytes.count - size
    for position in stride(from: last, through: max(last - 0xFFFF, 0), by: -1)
    where bytes[position] == 0x50 && Signature.end.isFound(in: bytes, at: position) {
      let comment = bytes.loadUnaligned(fromByteOffset: position + 20, as: UInt16.self)
      if Int(UInt16(littleEndian: comment)) == last - position { return position }
    }
    return nil
  }

  private static func locateList(_ bytes: UnsafeRawBufferPointer, end: Int) throws -> List {
    let locator = end - 20
    if locator >= 0, Signature.zip64Locator.isFound(in: bytes, at: locator) {
      var cursor = ByteCursor(bytes, at: locator + 8)
      let record = try cursor.count(UInt64.self)
      guard Signature.zip64End.isFound(in: bytes, at: record) else { throw ByteCursor.End() }
      cursor.position = record + 32
      return try List(
        count: cursor.count(UInt64.self), byteCount: cursor.count(UInt64.self),
        offset: cursor.count(UInt64.self))
    }
    var cursor = ByteCursor(bytes, at: end + 10)
    return try List(
      count: cursor.count(UInt16.self), byteCount: cursor.count(UInt32.self),
      offset: cursor.count(UInt32.self))
  }

  private mutating func read(_ bytes: UnsafeRawBufferPointer, _ list: List) throws {
    var cursor = ByteCursor(bytes, at: list.offset)
    let end = try cursor.take(list.byteCount).upperBound
    cursor = ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[..<end]), at: list.offset)
    var places: [Range<Int>] = []
    for _ in 0..<list.count {
      let record = try FileRecord(&cursor)
      let contents = try record.contents(in: bytes, before: list.offset)
      places.append(record.offset..<contents.upperBound)
      let entry = Entry(bytes: contents, obstacle: record.obstacle)
      guard entries.updateValue(entry, forKey: record.name) == nil else {
        throw FormatError(reason: "it holds two files named \"\(record.name)\"")
      }
    }
    places.sort { $0.lowerBound < $1.lowerBound }
    for (place, next) in zip(places, places.dropFirst())
    where place.upperBound > next.lowerBound {
      throw FormatError(reason: "files of its zip archive overlap")
    }
  }

  /// Four bytes with which a record begins.
  private enum Signature: UInt32 {
    case local = 0x0403_4B50
    case file = 0x0201_4B50
    case end = 0x0605_4B50
    case zip64End = 0x0606_4B50
    case zip64Locator = 0x0706_4B50

    func isFound(in bytes: UnsafeRawBufferPointer, at position: Int) -> Bool {
      var cursor = ByteCursor(bytes, at: position)
      return (try? cursor.integer(UInt32.self)) == rawValue
    }
  }

  /// What the directory says about one file.
  private struct FileRecord {
    let name: String
    let nameBytes: Range<Int>
    let offset: Int
    let obstacle: String?
    private let byteCount: Int

    init(_ cursor: inout ByteCursor) throws {
      guard Signature.file.isFound(in: cursor.bytes, at: cursor.position) else {
        throw ByteCursor.End()
      }
      cursor.position += 8
      let flags = try cursor.integer(UInt16.self)
      let method = try cursor.integer(UInt16.self)
      cursor.position += 8
      var stored = try cursor.count(UInt32.self)
      var unpacked = try cursor.count(UInt32.self)
      let nameCount = try cursor.count(UInt16.self)
      let extraCount = try cursor.count(UInt16.self)
      let commentCount = try cursor.count(UInt16.self)
      cursor.position += 8
      var offset = try cursor.count(UInt32.self)
      nameBytes = try cursor.take(nameCount)
      try Self.extend(
        &unpacked, &stored, &offset, from: cursor.bytes[cursor.take(extraCount)])
      _ = try cursor.take(commentCount)
      name = String(decoding: cursor.bytes[nameBytes], as: UTF8.self)
      self.offset = offset
      byteCount = stored
      obstacle =
        if flags & 0x41 != 0 {
          "is encrypted: unpack it first"
        } else if method != 0 {
          "is compressed: get the original, or unpack it and pack it again without compression"
        } else if stored != unpacked {
          "has two sizes, \(stored) and \(unpacked) bytes: download it again"
        } else {
          nil
        }
    }

    /// Takes those numbers that do not fit 32 bits from the zip64 field.
    private static func extend(
      _ unpacked: inout Int, _ stored: inout Int, _ offset: inout Int,
      from extra: Slice<UnsafeRawBufferPointer>
    ) throws {
      var cursor = ByteCursor(UnsafeRawBufferPointer(rebasing: extra))
      while cursor.bytes.count - cursor.position >= 4 {
        let kind = try cursor.integer(UInt16.self)
        let field = try cursor.take(cursor.count(UInt16.self))
        guard kind == 1 else { continue }
        var numbers = ByteCursor(
          UnsafeRawBufferPointer(rebasing: cursor.bytes[field]))
        let limit = Int(UInt32.max)
        if unpacked == limit { unpacked = try numbers.count(UInt64.self) }
        if stored == limit { stored = try numbers.count(UInt64.self) }
        if offset == limit { offset = try numbers.count(UInt64.self) }
      }
    }

    /// Where the file's bytes are, behind its own header, which must name the same file.
    func contents(in bytes: UnsafeRawBufferPointer, before end: Int) throws -> Range<Int> {
      guard Signature.local.isFound(in: bytes, at: offset) else { throw ByteCursor.End() }
      var cursor = ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[..<end]), at: offset + 26)
      let nameCount = try cursor.count(UInt16.self)
      let extraCount = try cursor.count(UInt16.self)
      let ownName = try cursor.take(nameCount)
      guard bytes[ownName].elementsEqual(bytes[nameBytes]) else {
        throw FormatError(reason: "its zip directory calls \"\(name)\" what is another file")
      }
      _ = try cursor.take(extraCount)
      return try cursor.take(byteCount)
    }
  }
}
