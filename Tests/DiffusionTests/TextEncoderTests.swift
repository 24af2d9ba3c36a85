import Compute
import Diffusion
import Foundation
import TestSupport
import Testing
import Weights

private let fixtures = Golden.path("clip-tokenizer", in: .module)

@Suite struct CLIPTokenizerTests {
  private struct Example: Decodable {
    let text: String
    let ids: [Int]
  }

  @Test func `ids are transformers'`() throws {
    let tokenizer = try CLIPTokenizer(folder: fixtures)
    let examples = try JSONDecoder().decode(
      [Example].self, from: Data(contentsOf: URL(fileURLWithPath: fixtures + "/ids.json")))
    #expect(examples.count == 14)
    for example in examples {
      #expect(tokenizer.ids(example.text) == example.ids, "\(example.text)")
    }
  }

  @Test(arguments: [
    ("{}", "#version: 0.2\n"), ("[1]", ""), ("", ""),
    (#"{"<|startoftext|>": 0, "<|endoftext|>": 1}"#, "a b c\n"),
    (#"{"<|startoftext|>": 0, "<|endoftext|>": "one"}"#, "a b\n"),
  ])
  func `files that are no tokenizer's are refused by name`(vocabulary: String, merges: String)
    throws
  {
    let folder = try TemporaryFolder()
    try folder.write(Array(vocabulary.utf8), to: "vocab.json")
    try folder.write(Array(merges.utf8), to: "merges.txt")
    let error = try #require(throws: WeightsError.self) {
      try CLIPTokenizer(folder: folder.url.path)
    }
    #expect("\(error)".contains("vocab.json") || "\(error)".contains("merges.txt"))
    #expect(throws: WeightsError.self) { try CLIPTokenizer(folder: folder.url.path + "/nowhere") }
  }
}

@Suite struct WeightedPromptTests {
  @Test(
    arguments: [
      ("plain text", [("plain text", 1)]),
      ("a (big) cat", [("a ", 1), ("big", 1.1), (" cat", 1)]),
      ("((twice))", [("twice", 1.21)]),
      ("[less]", [("less", 1 / 1.1)]),
      ("(this:1.3), that", [("this", 1.3), (", that", 1)]),
      ("((in:2) out)", [("in", 2.2), (" out", 1.1)]),
      (#"\(kept\) \[too\] \n"#, [(#"(kept) [too] \n"#, 1)]),
      ("(open", [("open", 1.1)]), ("close)", [("close)", 1)]), ("a: b", [("a: b", 1)]),
      ("(a:b)", [("a:b", 1.1)]), ("[a:0.5]", [("a:0.5", 1 / 1.1)]), ("(a: -1.5 )", [("a", -1.5)]),
      ("(a:1e400)", [("a:1e400", 1.1)]), ("()", []), ("", []),
    ] as [(String, [(String, Double)])])
  func `is read as people write it`(prompt: String, parts: [(String, Double)]) {
    let read = WeightedPrompt(prompt).parts
    #expect(read.map(\.text) == parts.map(\.0))
    #expect(zip(read, parts).allSatisfy { abs($0.weight - $1.1) < 1e-12 }, "\(read)")
  }

  @Test func `any text is read, and nothing but brackets is lost`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let text = String((0..<30).map { _ in "()[]\\: 1.a".randomElement(using: &generator) ?? "a" })
      let kept = WeightedPrompt(text).parts.map(\.text).joined().filter { $0 == "a" }.count
      #expect(kept == text.filter { $0 == "a" }.count, "\(text)")
    }
  }
}

@Suite struct PromptTokensTests {
  private let tokenizer = Result { try CLIPTokenizer(folder: fixtures) }

  private func tokens(_ prompt: String, inversions: [String: Int] = [:]) throws -> PromptTokens {
    PromptTokens(
      WeightedPrompt(prompt), tokenizer: try tokenizer.get(), positions: 11,
      inversions: inversions)
  }

  @Test func `a short prompt is one chunk, filled up with ends`() throws {
    let tokenizer = try tokenizer.get()
    let made = try tokens("a (woman:1.5)")
    let ids = tokenizer.ids("a woman").map(PromptTokens.Token.id)
    #expect(
      made.chunks == [[.id(tokenizer.begin)] + ids + Array(repeating: .id(tokenizer.end), count: 8)]
    )
    #expect(made.weights == [[1, 1, 1.5] + Array(repeating: 1, count: 8)])
    #expect(try tokens("").chunks.count == 1)
  }

  @Test func `a long prompt is several chunks, and a shorter one is padded to as many`() throws {
    let long = try tokens(Array(repeating: "smile", count: 40).joined(separator: " "))
    #expect(long.chunks.count > 3 && long.chunks.allSatisfy { $0.count == 11 })
    let tokenizer = try tokenizer.get()
    #expect(
      long.chunks.allSatisfy { $0.first == .id(tokenizer.begin) && $0.last == .id(tokenizer.end) })
    var short = try tokens("a")
    short.pad(toChunks: long.chunks.count)
    #expect(short.chunks.count == long.chunks.count && short.weights.count == long.chunks.count)
    #expect(
      short.chunks.last == [.id(tokenizer.begin)] + Array(repeating: .id(tokenizer.end), count: 10))
  }

  @Test func `names of learned vectors stand for them, but only as whole words`() throws {
    let made = try tokens("a bad-hand, bad-hands", inversions: ["bad-hand": 2])
    let named = made.chunks.joined().filter { if case .inversion = $0 { true } else { false } }
    #expect(
      named == [.inversion(name: "bad-hand", vector: 0), .inversion(name: "bad-hand", vector: 1)])
  }
}

@Suite struct CLIPTextEncoderTests {
  @Test(arguments: ["clip-text", "clip-text-gelu"], [0, 1])
  func `states are transformers'`(name: String, skippedLayers: Int) throws {
    let golden = try Golden("\(name).safetensors", in: .module)
    let configuration = try Array(golden.metadata("config").utf8).withUnsafeBytes {
      try CLIPTextConfiguration(ConfigurationFile(bytes: $0, name: name))
    }
    let weights = golden.checkpoint.weights["encoder"]
    let encoder = try CLIPTextEncoder(weights, configuration: configuration)
    let table = try TokenEmbeddings(
      weights, checkpoint: golden.checkpoint, configuration: configuration)
    try weights.requireAllConsumed(ignoring: CLIPTextEncoder.ignoredKeys)
    let ids = try golden["ids"]
    let embeddings = HostTensor(
      shape: ids.shape + [24], values: ids.values.flatMap { table[Int($0)] })
    #expect(embeddings == (try golden["embeddings"]))
    let recorder = PlanRecorder(name: "text")
    let states = encoder(
      recorder.input("embeddings", embeddings.shape), skippedLayers: skippedLayers)
    recorder.output("states", states)
    let plan = recorder.finish()
    for device in try goldenDevices() {
      let outputs = try device.compile(plan, precision: .fp32).run(["embeddings": embeddings])
      let expected = try golden[skippedLayers == 0 ? "states" : "states-skipped"]
      let comparison = try Comparison(#require(outputs["states"]), expected)
      #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
    }
  }

  @Test func `a prompt encoder strings chunks together and gives prompts one length`() throws {
    let golden = try Golden("clip-text.safetensors", in: .module)
    var configuration = CLIPTextConfiguration()
    configuration = try Array(golden.metadata("config").utf8).withUnsafeBytes {
      try CLIPTextConfiguration(ConfigurationFile(bytes: $0, name: "text"))
    }
    let weights = golden.checkpoint.weights["encoder"]
    let table = try TokenEmbeddings(
      weights, checkpoint: golden.checkpoint, configuration: configuration)
    let folder = try TemporaryFolder()
    let words = #"{"a</w>": 1, "b</w>": 2, "<|startoftext|>": 58, "<|endoftext|>": 59}"#
    try folder.write(Array(words.utf8), to: "vocab.json")
    try folder.write(Array("#version: 0.2\n".utf8), to: "merges.txt")
    let encoder = try PromptEncoder(
      CLIPTextEncoder(weights, configuration: configuration),
      tokenizer: CLIPTokenizer(folder: folder.url.path),
      embedding: PromptEmbedding(table, inversions: ["vec": [Array(repeating: 0.1, count: 24)]]),
      device: ReferenceDevice())
    let states = try encoder.states(["a", "a b a b a b a b a b a b", "", "vec"])
    #expect(states.allSatisfy { $0.shape == [1, 22, 24] })
    let alone = try encoder.states(["a"])[0]
    #expect(alone.shape == [1, 11, 24] && Array(states[0].values.prefix(264)) == alone.values)
    #expect(states[0] != states[2] && states[3] != states[2])
  }

  @Test func `learned vectors are read, others refused`() throws {
    let golden = try Golden("clip-text.safetensors", in: .module)
    let folder = try TemporaryFolder()
    let path = folder.file("learned.safetensors")
    try SafetensorsWriter.write(
      ["emb_params": HostTensor(shape: [2, 3], values: [1, 2, 3, 4, 5, 6])], to: path)
    let file = try Checkpoint(path: path)
    #expect(try TextualInversion(file, width: 3).vectors == [[1, 2, 3], [4, 5, 6]])
    #expect(throws: WeightsError.self) { try TextualInversion(file, width: 4) }
    #expect(throws: WeightsError.self) { try TextualInversion(golden.checkpoint, width: 3) }
  }

  @Test func `weights change rows and keep the mean`() throws {
    let states = HostTensor(shape: [1, 4, 2], values: [1, 2, 3, 4, 5, 6, 7, 8])
    let tokenizer = try CLIPTokenizer(folder: fixtures)
    let plain = PromptTokens(WeightedPrompt("a"), tokenizer: tokenizer, positions: 4)
    #expect(PromptEmbedding.weighted(states, tokens: plain).values == states.values)
    let heavy = PromptTokens(WeightedPrompt("(a:3)"), tokenizer: tokenizer, positions: 4)
    let weighted = PromptEmbedding.weighted(states, tokens: heavy)
    #expect(weighted.shape == [1, 4, 2])
    #expect(abs(weighted.values.reduce(0, +) - 36) < 1e-4)
    #expect(abs(weighted.values[2] / weighted.values[0] - 9) < 1e-4)
  }
}
