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

  /// Reads and checks the header at the start of `bytes`; `file` appears in errors.
  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightsError) {
    if let mistaken = Self.mistakenIdentity(bytes) {
      throw .malformed(file: file, reason: mistaken)
    }
    guard bytes.count >= 8 else {
      throw .malformed(file: file, reason: "it has only \(bytes.count) bytes: download it again")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(Self.maximumByteCount), length >= 2 else {
      throw .malformed(
        file: file, reason: "its header claims \(length) bytes: this is another format or damaged")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= bytes.count else {
      throw .malformed(
        file: file,
        reason: "it ends inside its header, after \(bytes.count) bytes: download it again")
    }
    do throws(HeaderScanner.Failure) {
      try parse(UnsafeRawBufferPointer(rebasing: bytes[8..<dataStart]), dataStart: dataStart)
      try checkLayout(dataStart: dataStart, end: bytes.count)
    } catch {
      throw .malformed(file: file, reason: error.reason)
    }
  }

  private mutating func parse(
    _ text: UnsafeRawBufferPointer, dataStart: Int
  ) throws(HeaderScanner.Failure) {
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
  ) throws(HeaderScanner.Failure) -> [String: String] {
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
  ) throws(HeaderScanner.Failure) -> Entry {
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
      byteCount(type, shape) == offsets[1] - offsets[0]
    else {
      throw .init(
        reason: "tensor \"\(key)\" of shape \(shape), type \(type.rawValue), "
          + "does not fill its bytes \(offsets[0])..<\(offsets[1])")
    }
    return Entry(
      type: type, shape: shape, bytes: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// nil where the number is beyond Int.
  private static func byteCount(_ type: ElementType, _ shape: [Int]) -> Int? {
    var product = type.byteCount
    for size in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// Tensors must follow one another without overlap or gap up to the end of the file, as the format says.
  private func checkLayout(dataStart: Int, end: Int) throws(HeaderScanner.Failure) {
    var position = dataStart
    let ordered = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    for (key, entry) in ordered {
      guard entry.bytes.upperBound <= end else {
        throw .init(
          reason: "it ends inside tensor \"\(key)\": \(end) bytes, at least "
            + "\(entry.bytes.upperBound) expected: download it again")
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

  /// Other things that are often found under the name of a weight file.
  private static func mistakenIdentity(_ bytes: UnsafeRawBufferPointer) -> String? {
    func starts(_ prefix: String) -> Bool { bytes.starts(with: prefix.utf8) }
    func startsIgnoringCase(_ prefix: String) -> Bool {
      bytes.prefix(prefix.utf8.count).elementsEqual(prefix.utf8) { $0 | 0x20 == $1 | 0x20 }
    }
    if starts("version https://git-lfs") {
      return
        "it is a git-LFS pointer, not the weights: run git lfs pull or download the file itself"
    }
    if startsIgnoringCase("<!doctype") || startsIgnoringCase("<html") || starts("<?xml") {
      return "it is a web page, not the weights: download the file itself"
    }
    if starts("PK\u{3}\u{4}") || bytes.starts(with: [0x80, 0x02]) {
      return "it is a PyTorch pickle: convert it to safetensors"
    }
    if starts("GGUF") { return "it is a GGUF file: get the weights as safetensors" }
    return nil
  }
}
