public import Compute

/// Prompts to what a UNet attends to, by a compiled text encoder.
public struct PromptEncoder: Sendable {
  private let tokenizer: CLIPTokenizer
  private let embedding: PromptEmbedding
  private let positions: Int
  private let plan: any CompiledPlan

  /// Compiles `encoder` without its last `skippedLayers`.
  ///
  /// - Throws: `ComputeError` where the device cannot run it.
  public init(
    _ encoder: CLIPTextEncoder, tokenizer: CLIPTokenizer, embedding: PromptEmbedding,
    skippedLayers: Int = 0, device: any Device
  ) throws(ComputeError) {
    self.tokenizer = tokenizer
    self.embedding = embedding
    let configuration = encoder.configuration
    positions = configuration.positions
    let recorder = PlanRecorder(name: "text encoder")
    let vectors = recorder.input("embeddings", [1, positions, configuration.width])
    recorder.output("states", encoder(vectors, skippedLayers: skippedLayers))
    plan = try device.compile(recorder.finish(), precision: .fp32)
  }

  /// The states of every prompt, [1, tokens, width], all of as many tokens as the longest needs.
  ///
  /// - Throws: `ComputeError` where the device fails.
  public func states(_ prompts: [String]) throws(ComputeError) -> [HostTensor] {
    var tokens = prompts.map { prompt in
      PromptTokens(
        WeightedPrompt(prompt), tokenizer: tokenizer, positions: positions,
        inversions: embedding.vectorCounts)
    }
    let longest = tokens.map(\.chunks.count).max() ?? 1
    var states: [HostTensor] = []
    for index in tokens.indices {
      tokens[index].pad(toChunks: longest)
      states.append(try encoded(tokens[index]))
    }
    return states
  }

  private func encoded(_ tokens: PromptTokens) throws(ComputeError) -> HostTensor {
    let vectors = embedding.vectors(tokens)
    let chunkSize = vectors.values.count / tokens.chunks.count
    var values: [Float] = []
    for start in stride(from: 0, to: vectors.values.count, by: chunkSize) {
      let chunk = HostTensor(
        shape: [1] + vectors.shape.dropFirst(),
        values: Array(vectors.values[start..<(start + chunkSize)]))
      values += try plan.run(["embeddings": chunk])["states"]?.values ?? []
    }
    return PromptEmbedding.weighted(
      HostTensor(shape: vectors.shape, values: values), tokens: tokens)
  }
}
