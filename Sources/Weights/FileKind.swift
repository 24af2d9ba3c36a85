/// What a file is, by its contents: names of weight files say little.
enum FileKind {
  case safetensors
  /// PyTorch's format since 1.6, and other archives.
  case zip
  /// PyTorch's format before 1.6, and other pickles.
  case pickle
  /// Perhaps the index of a sharded checkpoint.
  case json
  /// A network with its weights, which only some are read from.
  case onnx
  /// Nothing to read weights from; what it is and what to do instead.
  case other(String)

  init(_ bytes: UnsafeRawBufferPointer) {
    if let description = Self.mistaken(bytes) {
      self = .other(description)
    } else if Self.isONNX(bytes) {
      self = .onnx
    } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
      || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06])
    {
      self = .zip
    } else if bytes.count >= 2, bytes[0] == 0x80, bytes[1] <= 5, !Self.isSafetensors(bytes) {
      self = .pickle
    } else if Self.isSafetensors(bytes) {
      self = .safetensors
    } else if bytes.first(where: { !Self.isSpace($0) }) == UInt8(ascii: "{") {
      self = .json
    } else if let description = Self.mistakenText(bytes) {
      self = .other(description)
    } else {
      self = .safetensors
    }
  }

  /// Whether a plausible length and the start of a JSON object come first.
  private static func isSafetensors(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return false }
    return UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      <= UInt64(SafetensorsHeader.maximumByteCount)
  }

  /// Other things that are often found under the name of a weight file, by their first bytes.
  private static func mistaken(_ bytes: UnsafeRawBufferPointer) -> String? {
    func starts(_ prefix: String) -> Bool {
      bytes.prefix(prefix.utf8.count).elementsEqual(prefix.utf8) { $0 == $1 }
    }
    func startsIgnoringCase(_ prefix: String) -> Bool {
      bytes.prefix(prefix.utf8.count).elementsEqual(prefix.utf8) { $0 | 0x20 == $1 | 0x20 }
    }
    if starts("version https://git-lfs") {
      return
        "it is a git-LFS pointer, not the weights: run git lfs pull or download the file itself"
    }
    if startsIgnoringCase("<!doctype") || startsIgnoringCase("<html") {
      return "it is a web page, not the weights: download the file itself"
    }
    if starts("<?xml") { return "it is an XML file, not weights: download the file itself" }
    if starts("GGUF") { return "it is a GGUF file: get the weights as safetensors" }
    if bytes.starts(with: [0x1F, 0x8B]) { return "it is compressed with gzip: unpack it" }
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
      return "it is an HDF5 file: get the weights for PyTorch or as safetensors"
    }
    if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D]) {
      return "it is a NumPy array: get the weights for PyTorch or as safetensors"
    }
    if bytes.count >= 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      return "it is a tar archive: unpack it and name the file of weights in it"
    }
    return nil
  }

  /// Whether the version of the representation comes first, then the name of its producer or the network itself.
  private static func isONNX(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > 4 && bytes[0] == 0x08 && bytes[1] < 0x20 && [0x12, 0x3A].contains(bytes[2])
      && !isSafetensors(bytes)
  }

  /// Short texts, such as what a server answers instead of a file.
  private static func mistakenText(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard (1..<4096).contains(bytes.count),
      bytes.allSatisfy({ (0x20..<0x7F).contains($0) || isSpace($0) })
    else {
      return nil
    }
    let line = bytes.prefix(60).prefix { $0 >= 0x20 }
    return
      "it is a text that begins \"\(String(decoding: line, as: UTF8.self))\", not the weights: "
      + "download the file itself"
  }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  /// What a zip archive is in which PyTorch's files are not, by the names of its files.
  static func zipDescription(_ names: [String]) -> String {
    let weights = names.first { name in
      [".safetensors", ".pth", ".pt", ".bin", ".ckpt"].contains { name.hasSuffix($0) }
    }
    if let weights { return "it is an archive with \"\(weights)\" in it: unpack it and name that" }
    if names.contains(where: { $0.hasSuffix(".npy") }) {
      return "it is an archive of NumPy arrays: get the weights for PyTorch or as safetensors"
    }
    return "it is a zip archive without PyTorch's weights: unpack it, or get the weights"
  }
}
