/// The table of contents of a safetensors file: 8 bytes of length, JSON, then the tensors' bytes.
struct SafetensorsHeader {
  /// Where one tensor lies, counted from the start of the file.
  struct Entry: Sendable {
    let type: ElementType
    let shape: [Int]
    let bytes: Range<Int>
  }

  private(set) var entries: [String: Entry] = [:]
  private(set) var metadata: [String: String] = [:]

  /// As in the format's own reader; real headers stay far below.
  static let maximumByteCount = 100_000_000
  static let maximumRank = 8

  /// Reads and checks the header at the start of `bytes`.
  init(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
    guard bytes.count >= 8 else {
      throw FormatError(reason: "it has only \(bytes.count) bytes: download it again")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.maximumByteCount), length >= 2 else {
      throw FormatError(
        reason: "its header claims \(length) bytes: this is another format or damaged")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw FormatError(
        reason: "it ends inside its header, \(dataStart - bytes.count) bytes of it are missing: "
          + "download it again")
    }
    try parse(UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), dataStart: dataStart)
    try checkLayout(dataStart: dataStart, end: bytes.count)
  }

  private mutating func parse(
    _ text: UnsafeRawBufferPointer, dataStart: Int
  ) throws(FormatError) {
    var scanner = HeaderScanner(text)
    try scanner.expect("{")
    if !scanner.take("}") {
      var hasMetadata = false
      repeat {
        let key = try scanner.string()
        try scanner.expect(":")
        if key == "__metadata__" {
          guard !hasMetadata else { throw .init(reason: "its header has two __metadata__") }
          hasMetadata = true
          metadata = try Self.metadata(&scanner)
        } else {
          let entry = try Self.entry(&scanner, key: key, dataStart: dataStart)
          guard entries.updateValue(entry, forKey: key) == nil else {
            throw .init(reason: "it holds two tensors named \"\(key)\"")
          }
        }
      } while scanner.take(",")
      try scanner.expect("}")
    }
    guard scanner.isAtEnd else { throw .init(reason: "text after the end of its header's JSON") }
  }

  private static func metadata(
    _ scanner: inout HeaderScanner
  ) throws(FormatError) -> [String: String] {
    var result: [String: String] = [:]
    try scanner.expect("{")
    if scanner.take("}") { return result }
    repeat {
      let key = try scanner.string()
      try scanner.expect(":")
      result[key] = try scanner.string()
    } while scanner.take(",")
    try scanner.expect("}")
    return result
  }

  private static func entry(
    _ scanner: inout HeaderScanner, key: String, dataStart: Int
  ) throws(FormatError) -> Entry {
    var type: ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.expect("{")
    repeat {
      let field = try scanner.string()
      try scanner.expect(":")
      switch field {
      case "dtype" where type == nil:
        let name = try scanner.string()
        type = ElementType(rawValue: name)
        if type == nil { throw .init(reason: "tensor \"\(key)\" is of unknown type \"\(name)\"") }
      case "shape" where shape == nil: shape = try scanner.counts(limit: maximumRank)
      case "data_offsets" where offsets == nil: offsets = try scanner.counts(limit: 2)
      default: throw .init(reason: "tensor \"\(key)\" has an odd or repeated field \"\(field)\"")
      }
    } while scanner.take(",")
    try scanner.expect("}")
    guard let type, let shape, let offsets, offsets.count == 2 else {
      throw .init(reason: "tensor \"\(key)\" lacks its type, shape or place")
    }
    guard offsets[0] <= offsets[1], offsets[1] <= Int.max - dataStart,
      let count = StoredTensor.product([type.byteCount] + shape), count == offsets[1] - offsets[0]
    else {
      throw .init(
        reason: "tensor \"\(key)\" of shape \(shape), type \(type.rawValue), "
          + "does not fill its bytes \(offsets[0])..<\(offsets[1])")
    }
    return Entry(
      type: type, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// Tensors must follow one another without overlap or gap up to the end of the file, as the format says.
  private func checkLayout(dataStart: Int, end: Int) throws(FormatError) {
    var position = dataStart
    let ordered = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    for (key, entry) in ordered {
      guard entry.bytes.upperBound <= end else {
        throw .init(
          reason:
            "it ends inside tensor \"\(key)\": of \(ordered.last!.value.bytes.upperBound) bytes, "
            + "\(ordered.last!.value.bytes.upperBound - end) are missing: download it again")
      }
      guard entry.bytes.lowerBound == position else {
        throw .init(
          reason: entry.bytes.lowerBound < position
            ? "tensor \"\(key)\" overlaps another" : "unused bytes before tensor \"\(key)\"")
      }
      position = entry.bytes.upperBound
    }
    guard position == end else {
      throw .init(reason: "\(end - position) bytes behind its last tensor")
    }
  }

  /// The tensors, whose bytes lie in `region`.
  func stored(in region: ByteRegion) -> [String: StoredTensor] {
    entries.mapValues {
      StoredTensor(type: $0.type, shape: $0.shape, region: region, bytes: $0.bytes)
    }
  }
}
