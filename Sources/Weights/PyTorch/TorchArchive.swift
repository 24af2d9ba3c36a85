/// The zip archive that PyTorch writes since 1.6: a pickle, and a file for each storage.
///
/// Layout: `NAME/data.pkl`, `NAME/byteorder`, `NAME/data/0`, ... (torch/serialization.py).
enum TorchArchive {
  /// The tensors of the archive that fills `region`.
  static func read(_ region: ByteRegion) throws(FormatError) -> [String: StoredTensor] {
    guard let directory = try ZipDirectory(region.bytes) else {
      throw FormatError(reason: TruncatedArchive.describe(region.bytes))
    }
    let folder = try folder(directory)
    let pickle = try TorchPickle.read(region.bytes, at: contents(folder + "data.pkl", directory))
    let isBigEndian = try isBigEndian(region.bytes, folder, directory)
    return try StateDictionary(pickle).stored(in: region, isBigEndian: isBigEndian) {
      storage throws(FormatError) in
      let bytes = try contents("\(folder)data/\(storage.key)", directory)
      guard let needed = storage.byteCount, needed <= bytes.count else {
        throw FormatError(
          reason: "storage \(storage.key) has \(bytes.count) bytes for \(storage.count) elements")
      }
      return bytes
    }
  }

  /// The archive's only folder, with a slash at its end.
  private static func folder(_ directory: ZipDirectory) throws(FormatError) -> String {
    let names = directory.entries.keys
    let pickles = names.filter { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }
    guard pickles.count == 1, let pickle = pickles.first else {
      throw FormatError(reason: FileKind.zipDescription(names.sorted()))
    }
    let folder = String(pickle.dropLast("data.pkl".count))
    if names.contains("\(folder)constants.pkl") {
      throw FormatError(
        reason: "it is a TorchScript program, not weights: get the weights, or save the "
          + "program's state_dict() with torch.save")
    }
    return folder
  }

  private static func contents(
    _ name: String, _ directory: ZipDirectory
  ) throws(FormatError) -> Range<Int> {
    guard let entry = directory.entries[name] else {
      throw FormatError(reason: "its file \"\(name)\" is missing: download it again")
    }
    if let obstacle = entry.obstacle {
      throw FormatError(reason: "its file \"\(name)\" \(obstacle)")
    }
    return entry.bytes
  }

  private static func isBigEndian(
    _ bytes: UnsafeRawBufferPointer, _ folder: String, _ directory: ZipDirectory
  ) throws(FormatError) -> Bool {
    guard directory.entries["\(folder)byteorder"] != nil else { return false }
    let order = try bytes[contents("\(folder)byteorder", directory)].prefix(8)
    if order.elementsEqual("little".utf8) { return false }
    if order.elementsEqual("big".utf8) { return true }
    throw FormatError(reason: "its order of bytes is neither little nor big")
  }
}
