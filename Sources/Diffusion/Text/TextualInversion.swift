import Compute
public import Weights

/// Vectors that were learned for a name (textual inversion; Gal and others, 2022), as they are published.
public struct TextualInversion: Sendable, Equatable {
  /// One vector a token.
  public let vectors: [[Float]]

  /// Tensor names of AUTOMATIC1111's files, in PyTorch's format and as safetensors.
  private static let knownNames = ["string_to_param.*", "emb_params"]

  /// Reads a `.pt`, `.bin` or `.safetensors` file: AUTOMATIC1111's, or diffusers' with one tensor under its name.
  ///
  /// - Throws: `WeightsError`; `.configuration` for a file of another kind or for vectors of another width than `width`.
  public init(_ file: Checkpoint, width: Int) throws(WeightsError) {
    let keys = file.keys
    guard let key = keys.first(where: Self.knownNames.contains) ?? (keys.count == 1 ? keys[0] : nil)
    else {
      throw .configuration(
        file: file.name, reason: "it is no textual inversion: it has \(keys.count) tensors")
    }
    let tensor = try file.tensor(key)
    let shape = tensor.shape.count == 1 ? [1] + tensor.shape : tensor.shape
    guard shape.count == 2, shape[1] == width, (1...75).contains(shape[0]) else {
      throw .configuration(
        file: file.name,
        reason: "its vectors \(tensor.shape) are for another model: this one's have \(width) values"
      )
    }
    vectors = (0..<shape[0]).map { row in
      Array(tensor.values[(row * width)..<((row + 1) * width)])
    }
  }
}
