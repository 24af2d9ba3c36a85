public import Compute

/// Turns chunks of tokens into what a text encoder takes, and weighs what it gives.
public struct PromptEmbedding: Sendable {
  private let embeddings: TokenEmbeddings
  /// Vectors that were learned for names (textual inversion; Gal and others, 2022), each of the encoder's width.
  public let inversions: [String: [[Float]]]

  public init(_ embeddings: TokenEmbeddings, inversions: [String: [[Float]]] = [:]) {
    precondition(
      inversions.values.joined().allSatisfy { $0.count == embeddings.width },
      "inversions: vectors of \(embeddings.width) values")
    self.embeddings = embeddings
    self.inversions = inversions
  }

  /// How many vectors each name has, for `PromptTokens`.
  public var vectorCounts: [String: Int] { inversions.mapValues(\.count) }

  /// The encoder's input, [chunks, positions, width].
  public func vectors(_ tokens: PromptTokens) -> HostTensor {
    let values = tokens.chunks.joined().flatMap { token in
      switch token {
      case .id(let id): Array(embeddings[id])
      case .inversion(let name, let vector): inversions[name]?[vector] ?? []
      }
    }
    return HostTensor(
      shape: [tokens.chunks.count, tokens.chunks[0].count, embeddings.width], values: values)
  }

  /// The encoder's states [chunks, positions, width], weighed and strung together: [1, chunks * positions, width].
  ///
  /// Every token's row is multiplied by its weight, then all by one factor that keeps the mean of all values.
  public static func weighted(_ states: HostTensor, tokens: PromptTokens) -> HostTensor {
    let width = states.shape[2]
    let weights = tokens.weights.joined().map { Float($0) }
    var result = HostTensor(shape: [1, weights.count, width], values: states.values)
    guard weights.contains(where: { $0 != 1 }) else { return result }
    for (row, weight) in weights.enumerated() {
      for index in (row * width)..<((row + 1) * width) { result.values[index] *= weight }
    }
    let before = states.values.reduce(0) { $0 + Double($1) }
    let after = result.values.reduce(0) { $0 + Double($1) }
    guard after != 0 else { return result }
    let factor = Float(before / after)
    for index in result.values.indices { result.values[index] *= factor }
    return result
  }
}
