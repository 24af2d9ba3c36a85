import Compute
import Diffusion
import Foundation
import Media
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

/// Tiny IP-Adapters of random weights, and what diffusers drew with them.
@Suite struct IPAdapterTests {
  private struct Case: Decodable {
    let adapter: String
    let scale: Double
  }

  private struct Arguments: Decodable {
    let prompt: String
    let negative_prompt: String
    let steps: Int
    let guidance: Double
    let seed: UInt64
  }

  private let folder: TemporaryFolder
  private let files = Golden.path("ip-adapter", in: .module)
  init() throws { folder = try TemporaryFolder() }

  private func request(_ adapter: String?) -> GenerateRequest {
    var request = GenerateRequest(output: folder.file("a.png"))
    request.base = Golden.path("stable-diffusion", in: .module)
    (request.prompt, request.size, request.steps, request.threads) = ("a woman", (48, 32), 2, 1)
    request.precision = .fp32
    if let adapter {
      request.ipAdapter.adapter = "\(files)/\(adapter).safetensors"
      request.ipAdapter.picture =
        adapter == "face" ? "\(files)/face-embedding.safetensors" : "\(files)/look.png"
    }
    return request
  }

  @Test(arguments: ["plain", "weak", "plus", "face", "full"])
  func `pictures are those of diffusers with an IP-Adapter`(name: String) throws {
    let golden = try Golden("ip-adapter.safetensors", in: .module)
    func metadata<Value: Decodable>(_ key: String) throws -> Value {
      try JSONDecoder().decode(Value.self, from: Data(golden.metadata(key).utf8))
    }
    let cases: [String: Case] = try metadata("cases")
    let arguments: Arguments = try metadata("arguments")
    let made = try #require(cases[name])
    var request = request(made.adapter)
    request.ipAdapter.scale = made.scale
    (request.prompt, request.negativePrompt) = (arguments.prompt, arguments.negative_prompt)
    (request.steps, request.guidance, request.seed) = (
      arguments.steps, arguments.guidance, arguments.seed
    )
    _ = try GenerateJob(request).run()
    let expected = try golden[name].values
    let worst = zip(try readPicture(request.output).samples, expected).reduce(Float(0)) {
      max($0, abs(Float($1.0) - $1.1))
    }
    // The golden values are rounded to fp16, by 0.0625 at most.
    #expect(worst <= 0.6, "\(name): \(worst)")
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    for word in ["--ip-adapter", "--ip-adapter-image", "--ip-adapter-scale"] {
      #expect(words.contains(word))
    }
  }

  @Test func `without scale, the picture is as without an adapter`() throws {
    var none = request("plus")
    none.ipAdapter.scale = 0
    _ = try GenerateJob(none).run()
    let shown = try readPicture(none.output)
    var plain = request(nil)
    plain.output = folder.file("b.png")
    _ = try GenerateJob(plain).run()
    #expect(try readPicture(plain.output) == shown)
    none.ipAdapter.scale = 1
    none.output = folder.file("c.png")
    _ = try GenerateJob(none).run()
    #expect(try readPicture(none.output) != shown)
  }

  @Test func `what does not fit together is said in one line`() throws {
    func complaint(_ code: ExitCode, _ change: (inout GenerateRequest) throws -> Void) throws
      -> String
    {
      var request = request("plain")
      try change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
    #expect(try complaint(.usage) { $0.ipAdapter.picture = nil }.contains("--ip-adapter-image"))
    #expect(try complaint(.usage) { $0.ipAdapter.adapter = nil }.contains("needs --ip-adapter"))
    #expect(
      try complaint(.missingInput) { $0.ipAdapter.encoder = folder.file("no") }
        .contains("--image-encoder"))
    #expect(
      try complaint(.badInput) {
        $0.ipAdapter.adapter = Golden.path("lora", in: .module) + "/kohya.safetensors"
        $0.ipAdapter.encoder = "\(files)/image_encoder"
      }.contains("no IP-Adapter"))
    #expect(
      try complaint(.usage) {
        ($0.output, $0.model, $0.base) = (folder.file("a.mp4"), "mini", nil)
      }
      .contains("moves a picture's own pixels"))
    // One attention too few, and one too many.
    let whole = try Checkpoint(path: "\(files)/plain.safetensors")
    for extra in [nil, "ip_adapter.99.to_k_ip.weight"] {
      let keys =
        extra == nil ? whole.keys.filter { $0 != "ip_adapter.1.to_v_ip.weight" } : whole.keys
      var tensors = Dictionary(
        uniqueKeysWithValues: try keys.map { ($0, try whole.tensor($0)) })
      if let extra { tensors[extra] = HostTensor(shape: [1], values: [0]) }
      let path = folder.file("adapter-\(extra == nil).safetensors")
      try SafetensorsWriter.write(tensors, to: path)
      _ = try complaint(.badInput) {
        $0.ipAdapter.adapter = path
        $0.ipAdapter.encoder = "\(files)/image_encoder"
      }
    }
  }
}
