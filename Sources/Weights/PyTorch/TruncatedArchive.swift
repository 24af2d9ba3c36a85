/// Tells how much of a PyTorch archive is missing whose directory, at the end of the file, is gone.
enum TruncatedArchive {
  /// What to say about the zip archive that begins in `bytes` and has no directory.
  static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
    let advice = "download it again"
    guard let pickle = firstPickle(bytes) else {
      return "it is a zip archive that ends early: \(advice)"
    }
    let sizes = Set(pickle.storages).compactMap(\.byteCount)
    let total = sizes.reduce(pickle.graph.end) { sum, size in
      let (next, overflow) = sum.addingReportingOverflow(size)
      return overflow ? .max : next
    }
    guard total > bytes.count, total < .max else {
      return "it is a zip archive that ends before its directory: \(advice)"
    }
    return "it ends early: of more than \(total) bytes, \(total - bytes.count) are missing: "
      + advice
  }

  /// PyTorch writes the pickle before the storages.
  private static func firstPickle(_ bytes: UnsafeRawBufferPointer) -> TorchPickle? {
    var cursor = ByteCursor(bytes, at: 26)
    guard let nameCount = try? cursor.count(UInt16.self),
      let extraCount = try? cursor.count(UInt16.self), let name = try? cursor.take(nameCount),
      String(decoding: bytes[name], as: UTF8.self).hasSuffix("data.pkl"),
      let extra = try? cursor.take(extraCount)
    else { return nil }
    return try? TorchPickle.read(bytes, at: extra.upperBound..<bytes.count)
  }
}
