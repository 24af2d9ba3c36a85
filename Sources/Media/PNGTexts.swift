import Foundation

/// Entries of text in PNG files, as `iTXt` chunks, which hold UTF-8 (PNG specification, 11.3.3.4).
enum PNGTexts {
  private static let signature: [UInt8] = [137, 80, 78, 71, 13, 10, 26, 10]
  /// Bytes of the signature and of the header chunk, which is always first.
  private static let headerEnd = 8 + 25

  /// `png` with an entry for each text after its header, in the order of their names.
  static func insert(_ texts: [String: String], into png: [UInt8]) -> [UInt8] {
    let entries = texts.sorted { $0.key < $1.key }.flatMap { name, text in
      // Keyword, not compressed, no language, no translated keyword.
      chunk("iTXt", Array(name.utf8) + [0, 0, 0, 0, 0] + Array(text.utf8))
    }
    return png.prefix(headerEnd) + entries + png.dropFirst(headerEnd)
  }

  private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    return bigEndian(UInt32(content.count)) + body + bigEndian(checksum(body))
  }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// CRC-32 (ISO 3309).
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { checksum, byte in
      (0..<8).reduce(checksum ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1
      }
    }
  }

  /// Whether the PNG file at `path` ends as whole ones do, with an `IEND` chunk.
  static func hasEnd(_ path: String) -> Bool {
    let file = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    guard let file, let length = try? file.seekToEnd(), length >= 12 else { return false }
    try? file.seek(toOffset: length - 12)
    return (try? file.readToEnd()).map { [UInt8]($0) } == chunk("IEND", [])
  }

  /// The entries of the PNG file at `path`; none of other files.
  static func read(_ path: String) -> [String: String] {
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe),
      data.starts(with: signature)
    else { return [:] }
    return read([UInt8](data))
  }

  /// The entries of the PNG file that `bytes` are, from uncompressed `iTXt` and `tEXt` chunks; none where they are no PNG.
  static func read(_ bytes: [UInt8]) -> [String: String] {
    guard bytes.starts(with: signature) else { return [:] }
    var texts: [String: String] = [:]
    var start = signature.count
    while start + 12 <= bytes.count {
      let length = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - start - 12 else { break }
      let content = bytes[(start + 8)..<(start + 8 + length)]
      if let (name, text) = entry(bytes[(start + 4)..<(start + 8)], content) { texts[name] = text }
      start += 12 + length
    }
    return texts
  }

  private static func entry(
    _ type: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>
  ) -> (String, String)? {
    guard let end = content.firstIndex(of: 0) else { return nil }
    let name = String(decoding: content[..<end], as: UTF8.self)
    var rest = content[(end + 1)...]
    if type.elementsEqual("tEXt".utf8) {
      return (name, String(rest.compactMap(Unicode.Scalar.init).map(Character.init)))
    }
    guard type.elementsEqual("iTXt".utf8), rest.count >= 4, rest.first == 0 else { return nil }
    rest = rest.dropFirst(2)
    for _ in 0..<2 {
      guard let end = rest.firstIndex(of: 0) else { return nil }
      rest = rest[(end + 1)...]
    }
    return (name, String(decoding: rest, as: UTF8.self))
  }
}
