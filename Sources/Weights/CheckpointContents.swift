/// What one file of weights holds, in whatever format.
struct CheckpointContents {
  var entries: [String: StoredTensor]
  var metadata: [String: String] = [:]
}

extension CheckpointContents {
  /// The contents of the file in `region`, called `name` in errors.
  init(_ region: ByteRegion, name: String) throws(WeightsError) {
    // Looking for the tensors touches pages all over the file.
    defer { region.release(region.bytes.indices) }
    do throws(FormatError) {
      switch FileKind(region.bytes) {
      case .safetensors:
        let header = try SafetensorsHeader(region.bytes)
        self.init(entries: header.stored(in: region), metadata: header.metadata)
      case .zip: self.init(entries: try TorchArchive.read(region))
      case .pickle: self.init(entries: try TorchStream.read(region))
      case .json: throw FormatError(reason: "it is JSON, not weights: name the file of weights")
      case .onnx:
        throw FormatError(
          reason: "it is an ONNX network: get the weights it was made from")
      case .other(let description): throw FormatError(reason: description)
      }
    } catch {
      throw .malformed(file: name, reason: error.reason)
    }
  }
}
