import Compute
import Diffusion
import Foundation
import LipSync
import Media
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

/// Files that others publish for Stable Diffusion, and what they change.
@Suite struct GenerateEcosystemTests {
  private let folder: TemporaryFolder
  private let base = Golden.path("stable-diffusion", in: .module)
  private let kohya = Golden.path("lora", in: .module) + "/kohya.safetensors"
  init() throws { folder = try TemporaryFolder() }

  private func request(_ name: String = "a.png") -> GenerateRequest {
    var request = GenerateRequest(output: folder.file(name))
    request.base = base
    (request.prompt, request.size, request.steps, request.threads) = ("a woman", (48, 32), 2, 1)
    (request.precision, request.replacesOutput) = (.fp32, true)
    return request
  }

  private func samples(_ change: (inout GenerateRequest) throws -> Void) throws -> [UInt8] {
    var request = request()
    try change(&request)
    _ = try GenerateJob(request).run()
    return try readPicture(request.output).samples
  }

  private struct Case: Decodable {
    let prompt: String
    let negative_prompt: String
    let steps: Int
    let guidance: Double
    let seed: UInt64
  }

  @Test(arguments: ["unguided", "guided"])
  func `LCM-LoRA draws as diffusers does with it`(name: String) throws {
    let golden = try Golden("lcm-lora.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: Case].self, from: Data(golden.metadata("cases").utf8))
    let made = try #require(cases[name])
    let found = try samples { request in
      (request.prompt, request.negativePrompt) = (made.prompt, made.negative_prompt)
      (request.steps, request.guidance, request.seed) = (made.steps, made.guidance, made.seed)
      request.sampler = .lcm
      let peft = Golden.path("lora", in: .module) + "/peft.safetensors"
      request.loras = [LoRAChoice(path: peft)]
    }
    let worst = zip(found, try golden[name].values).reduce(Float(0)) {
      max($0, abs(Float($1.0) - $1.1))
    }
    #expect(worst <= 0.6, "\(name): \(worst)")
  }

  /// The blocks of the tiny UNet's layers, as the 26 numbers count them, and their factors.
  private let blocks: [(prefix: String, number: Int, factor: Float)] = [
    ("lora_te_", 0, 0.5), ("lora_unet_down_blocks_0_attentions_0", 2, 0),
    ("lora_unet_down_blocks_0_resnets_0", 2, 0), ("lora_unet_down_blocks_1_resnets_0", 5, 2),
    ("lora_unet_mid_block", 13, -1), ("lora_unet_up_blocks_0_resnets_0", 14, 0.25),
    ("lora_unet_up_blocks_0_resnets_1", 15, 1.5), ("lora_unet_up_blocks_1_attentions_0", 17, 0.75),
    ("lora_unet_up_blocks_1_resnets_0", 17, 0.75), ("lora_unet_up_blocks_1_attentions_1", 18, 0),
    ("lora_unet_up_blocks_1_resnets_1", 18, 0),
  ]

  @Test func `block weights change a LoRA's layers block by block`() throws {
    let whole = try Checkpoint(path: kohya)
    var tensors: [String: HostTensor] = [:]
    for key in whole.keys {
      var tensor = try whole.tensor(key)
      if key.hasSuffix(".lora_up.weight"),
        let block = blocks.first(where: { key.hasPrefix($0.prefix) })
      {
        tensor.values = tensor.values.map { $0 * block.factor }
      }
      tensors[key] = tensor
    }
    let scaled = folder.file("scaled.safetensors")
    try SafetensorsWriter.write(tensors, to: scaled)
    var numbers = Array(repeating: "1", count: 26)
    for block in blocks { numbers[block.number] = "\(block.factor)" }
    let text = "\(kohya):0.8:lbw=\(numbers.joined(separator: ","))"
    let expected = try samples { $0.loras = [LoRAChoice(path: scaled, strength: 0.8)] }
    let found = try samples { $0.loras = [try LoRAChoice(parsing: text)] }
    let worst = zip(found, expected).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
    #expect(worst <= 1)
    let words = try #require(ShowReport(file: folder.file("a.png")).command)
    #expect(words.contains(":0.8:lbw=0.5,1.0,0.0,"))
    #expect(try samples { $0.loras = [LoRAChoice(path: kohya, strength: 0.8)] } != found)
    // kohya.safetensors changes convolutions, too, some in blocks that the 17 leave out.
    let few = Array(repeating: "1", count: 17).joined(separator: ",")
    let error = try #require(throws: WeightsError.self) {
      try samples { $0.loras = [try LoRAChoice(parsing: "\(kohya):lbw=\(few)")] }
    }
    #expect("\(error)".contains("give 26 numbers"))
  }

  @Test func `noise of a file takes the place of the seed's`() throws {
    var numbers = ProcessorNormals(seed: 6)
    let shape = [1, 4, 16, 24]
    let noise = HostTensor(shape: shape, values: numbers.normals(4 * 16 * 24))
    let path = folder.file("noise.safetensors")
    try SafetensorsWriter.write(["noise": noise], to: path)
    let drawn = try samples { $0.seed = 6 }
    #expect(try samples { ($0.seed, $0.noiseFile) = (1, path) } == drawn)
    #expect(try samples { $0.seed = 1 } != drawn)
    let command = try #require(ShowReport(file: folder.file("a.png")).command)
    #expect(!command.contains("--noise-file"))
    let other = folder.file("other.safetensors")
    try SafetensorsWriter.write(
      ["noise": HostTensor(shape: [1, 4, 16, 16])], to: other)
    try SafetensorsWriter.write(
      ["a": HostTensor(shape: [1]), "b": HostTensor(shape: [1])], to: folder.file("two.safetensors")
    )
    for (file, what) in [(other, "[1, 4, 16, 24]"), (folder.file("two.safetensors"), "2 tensors")] {
      let error = try #require(throws: RuntimeError.self) {
        try samples { $0.noiseFile = file }
      }
      #expect(error.exitCode == .badInput && error.description.contains(what))
    }
  }

  @Test func `a video's noise may lie in either order`() throws {
    let tiny = try TinyMuseV()
    var numbers = ProcessorNormals(seed: 2)
    let drawn = numbers.normals(3 * 4 * 16)
    let order = HostTensor(shape: [1, 4, 3, 4, 4], values: drawn)
    let frames = VideoNoise.framesFirst(drawn, frames: 3, channels: 4, plane: 16)
    func made(_ noise: HostTensor) throws -> [RGBPicture] {
      let path = folder.file("video.safetensors")
      try SafetensorsWriter.write(["noise": noise], to: path, replacing: true)
      var request = tiny.request()
      request.image = try tiny.picture(width: 32, height: 32)
      request.noiseFile = path
      let video = try MuseVVideo(
        request, model: try #require(request.model), cancellation: .init())
      var (made, timings) = ([RGBPicture](), [String: Double]())
      try video.frames(progress: { _ in }, timings: &timings) { made.append($0) }
      return made
    }
    let one = try made(order)
    #expect(try made(HostTensor(shape: [3, 4, 4, 4], values: frames)) == one)
    #expect(throws: RuntimeError.self) {
      try made(HostTensor(shape: [4, 4, 4, 3], values: drawn))
    }
  }

  /// An autoencoder of random weights that needs no configuration, in diffusers' layout and under the original names.
  private func autoencoders() throws -> (new: String, old: String, tensors: [String: HostTensor]) {
    let configuration = AutoencoderKLConfiguration(
      blockOutputChannels: [32, 32], layersPerBlock: 1)
    let random = WeightScope.random(seed: 4)
    _ = try AutoencoderKLEncoder(random, configuration: configuration)
    _ = try AutoencoderKLDecoder(random, configuration: configuration)
    var generator = ProcessorNormals(seed: 1)
    var tensors: [String: HostTensor] = [:]
    for requirement in random.requirements {
      let count = requirement.shape.reduce(1, *)
      let scale =
        requirement.shape.count > 1 ? 1 / Float(count / requirement.shape[0]).squareRoot() : 0.1
      let offset: Float =
        requirement.key.contains("norm") && requirement.key.hasSuffix("weight") ? 1 : 0
      tensors[requirement.key] = HostTensor(
        shape: requirement.shape,
        values: generator.normals(count).map { $0 * scale + offset })
    }
    let new = folder.file("new.safetensors")
    try SafetensorsWriter.write(tensors, to: new)
    let names = try JSONDecoder().decode(
      [String: String].self,
      from: Data(contentsOf: URL(fileURLWithPath: Golden.path("vae-names-small.json", in: .module)))
    )
    var original: [String: HostTensor] = [:]
    for (old, name) in names {
      guard var tensor = tensors[name] else { continue }
      // There, attention is made of convolutions.
      if old.contains("attn_1"), tensor.shape.count == 2 {
        tensor = HostTensor(shape: tensor.shape + [1, 1], values: tensor.values)
      }
      original[old] = tensor
    }
    #expect(original.count == tensors.count)
    let old = folder.file("old.safetensors")
    try SafetensorsWriter.write(original, to: old)
    return (new, old, original)
  }

  @Test func `an autoencoder may be a file under either names, or within a checkpoint`() throws {
    let files = try autoencoders()
    let expected = try samples { $0.autoencoder = files.new }
    #expect(try samples { $0.autoencoder = files.old } == expected)
    #expect(try samples { _ in } != expected)
    // Whole: the tiny model's networks, and this autoencoder.
    let single = try Checkpoint(path: Golden.path("single-file.ckpt", in: .module))
    var tensors: [String: HostTensor] = [:]
    for key in single.keys
    where !key.contains("first_stage_model") && !key.hasSuffix("position_ids") {
      tensors[key.replacing("state_dict.", with: "")] = try single.tensor(key)
    }
    for (key, tensor) in files.tensors { tensors["first_stage_model.\(key)"] = tensor }
    let whole = folder.file("whole.safetensors")
    try SafetensorsWriter.write(tensors, to: whole)
    #expect(try samples { $0.checkpoint = whole } == expected)
    #expect(try samples { $0.autoencoder = whole } == expected)
    // What is named counts more than what the checkpoint has.
    #expect(try samples { ($0.checkpoint, $0.autoencoder) = (whole, base + "/vae") } != expected)
  }
}
