extension TorchPickle {
  /// The pickle at the start of `range`, which may go on behind it.
  static func read(
    _ bytes: UnsafeRawBufferPointer, at range: Range<Int>
  ) throws(FormatError) -> TorchPickle {
    let whole = UnsafeRawBufferPointer(rebasing: bytes[..<range.upperBound])
    return try TorchPickle(graph(whole, at: range.lowerBound, PickleReader.maximumStepCount))
  }

  /// One of the small pickles at the start of a stream.
  static func readHeader(
    _ bytes: UnsafeRawBufferPointer, at position: Int
  ) throws(FormatError) -> PickleGraph {
    try graph(bytes, at: position, 1000)
  }

  private static func graph(
    _ bytes: UnsafeRawBufferPointer, at position: Int, _ maximumStepCount: Int
  ) throws(FormatError) -> PickleGraph {
    do throws(PickleReader.Failure) {
      return try PickleReader.read(bytes, at: position, maximumStepCount: maximumStepCount)
    } catch {
      switch error {
      case .end:
        throw FormatError(
          reason: "it ends inside its pickle, after \(bytes.count) bytes: download it again")
      case .invalid(let reason): throw FormatError(reason: "its pickle is damaged: \(reason)")
      }
    }
  }
}

extension StateDictionary {
  /// The tensors with their bytes, which `locate` finds for each storage in `region`.
  func stored(
    in region: ByteRegion, isBigEndian: Bool,
    locate: (TorchStorage) throws(FormatError) -> Range<Int>
  ) throws(FormatError) -> [String: StoredTensor] {
    if let complaint { throw FormatError(reason: complaint) }
    var stored: [String: StoredTensor] = [:]
    stored.reserveCapacity(tensors.count)
    for (key, tensor) in tensors {
      let bytes = try locate(tensor.storage)
      do throws(FormatError) {
        stored[key] = try StoredTensor(
          type: tensor.type, shape: tensor.shape, strides: tensor.strides, offset: tensor.offset,
          region: region, storage: bytes, isBigEndian: isBigEndian)
      } catch {
        throw FormatError(reason: "tensor \"\(key)\" \(error.reason)")
      }
    }
    return stored
  }
}
