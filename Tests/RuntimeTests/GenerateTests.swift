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

/// A tiny Stable Diffusion of random weights, and what diffusers' pipelines drew with it.
@Suite struct GenerateTests {
  private struct Case: Decodable {
    let prompt: String
    let negative_prompt: String
    let steps: Int
    let guidance: Double
    let sampler: String?
    let seed: UInt64
    let strength: Double?
  }

  private let base = Golden.path("stable-diffusion", in: .module)

  private func request(_ output: String, base: String? = nil) -> GenerateRequest {
    var request = GenerateRequest(output: output)
    request.base = base ?? self.base
    request.prompt = "a woman"
    request.size = (48, 32)
    request.steps = 2
    request.threads = 1
    return request
  }

  @Test(arguments: ["plain", "negative", "unguided", "ancestral", "changed"])
  func `pictures are those of diffusers' pipelines`(name: String) throws {
    let golden = try Golden("stable-diffusion.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: Case].self, from: Data(golden.metadata("cases").utf8))
    let drawn = try #require(cases[name])
    let folder = try TemporaryFolder()
    var request = request(folder.file("a.png"))
    (request.prompt, request.negativePrompt) = (drawn.prompt, drawn.negative_prompt)
    (request.steps, request.guidance, request.seed) = (drawn.steps, drawn.guidance, drawn.seed)
    request.sampler = try #require(drawn.sampler.flatMap(Sampler.init))
    request.precision = .fp32
    if let strength = drawn.strength {
      request.image = Golden.path("start.png", in: .module)
      request.strength = strength
    }
    let report = try GenerateJob(request).run()
    #expect(report.width == 48 && report.height == 32 && report.output == request.output)
    let picture = try readPicture(request.output)
    let expected = try golden[name].values
    #expect(picture.samples.count == expected.count)
    let worst = zip(picture.samples, expected).reduce(Float(0)) { max($0, abs(Float($1.0) - $1.1)) }
    #expect(worst <= 0.52, "\(name): \(worst)")
  }

  @Test(arguments: ["kohya", "peft", "both"])
  func `LoRAs change pictures as diffusers and PEFT have them do`(name: String) throws {
    struct LoRAs: Decodable {
      let loras: [String: Double]
    }
    let golden = try Golden("lora.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: LoRAs].self, from: Data(golden.metadata("cases").utf8))
    let drawn = try JSONDecoder().decode(
      Case.self, from: Data(golden.metadata("arguments").utf8))
    let folder = try TemporaryFolder()
    var request = request(folder.file("a.png"))
    (request.prompt, request.negativePrompt) = (drawn.prompt, drawn.negative_prompt)
    (request.steps, request.guidance, request.seed) = (drawn.steps, drawn.guidance, drawn.seed)
    request.precision = .fp32
    request.loras = try #require(cases[name]).loras.map { lora, strength in
      LoRAChoice(
        path: Golden.path("lora", in: .module) + "/\(lora).safetensors", strength: strength)
    }
    _ = try GenerateJob(request).run()
    let expected = try golden[name].values
    let worst = zip(try readPicture(request.output).samples, expected).reduce(Float(0)) {
      max($0, abs(Float($1.0) - $1.1))
    }
    // The golden values are rounded to fp16, by 0.0625 at most.
    #expect(worst <= 0.6, "\(name): \(worst)")
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(words.filter { $0 == "--lora" }.count == request.loras.count)
  }

  @Test func `a single file takes the place of the base's networks`() throws {
    let folder = try TemporaryFolder()
    let (files, copy) = (FileManager.default, folder.file("base"))
    try files.copyItem(atPath: base, toPath: copy)
    // Without weights of its own, the base can't but use the file's.
    try files.removeItem(atPath: copy + "/unet/diffusion_pytorch_model.safetensors")
    try files.removeItem(atPath: copy + "/text_encoder/model.safetensors")
    var request = request(folder.file("a.png"))
    _ = try GenerateJob(request).run()
    let expected = try readPicture(request.output).samples
    (request.base, request.output) = (copy, folder.file("b.png"))
    request.checkpoint = Golden.path("single-file.ckpt", in: .module)
    _ = try GenerateJob(request).run()
    #expect(try readPicture(request.output).samples == expected)
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(words.contains("--checkpoint"))
  }

  @Test(arguments: [
    ["conv_in.weight"], ["model.diffusion_model.input_blocks.0.0.weight"],
    ["model.diffusion_model.input_blocks.0.0.weight", "conditioner.embedders.0.x"],
    ["model.diffusion_model.input_blocks.0.0.weight", "cond_stage_model.model.x"],
    [
      "model.diffusion_model.input_blocks.0.0.weight", "cond_stage_model.transformer.x",
      "model.diffusion_model.label_emb.0.weight",
    ],
  ])
  func `files of other models are refused`(names: [String]) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("other.safetensors")
    let tensor = HostTensor(shape: [1], values: [0])
    try SafetensorsWriter.write(
      Dictionary(uniqueKeysWithValues: names.map { ($0, tensor) }), to: path)
    var request = request(folder.file("a.png"))
    request.checkpoint = path
    let error = try #require(throws: WeightsError.self) { try GenerateJob(request).run() }
    #expect(error.exitCode == .badInput && "\(error)".contains("other.safetensors"), "\(error)")
  }

  @Test func `LoRAs are read with their strengths`() throws {
    typealias Complaint = SpeakOptions.Complaint
    #expect(try LoRAChoice(parsing: "a/b.safetensors") == LoRAChoice(path: "a/b.safetensors"))
    #expect(try LoRAChoice(parsing: "a:b:-0.5") == LoRAChoice(path: "a:b", strength: -0.5))
    let ones = Array(repeating: "1", count: 16).joined(separator: ",")
    for text in ["a:0.5:lbw=0,\(ones)", "a:0.5:lbw=0,\(ones),1,1,1,1,1,1,1,1,2"] {
      let choice = try LoRAChoice(parsing: text)
      #expect(choice.path == "a" && choice.strength == 0.5 && choice.blocks?.values.first == 0)
      #expect(try LoRAChoice(parsing: choice.text) == choice)
    }
    for text in ["", ":1", "a:11", "a:inf", "a:nan", "a:lbw=1", "a:lbw=", "a:lbw=99,\(ones)"] {
      #expect(throws: Complaint.self) { try LoRAChoice(parsing: text) }
    }
  }

  @Test func `equal requests make equal bytes, other seeds and prompts other pictures`() throws {
    let folder = try TemporaryFolder()
    func bytes(_ name: String, _ change: (inout GenerateRequest) -> Void = { _ in }) throws
      -> [UInt8]
    {
      var request = request(folder.file(name))
      change(&request)
      _ = try GenerateJob(request).run()
      return try readPicture(request.output).samples
    }
    let first = try bytes("a.png")
    #expect(try bytes("b.png") == first)
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: folder.file("a.png")))
        == Data(contentsOf: URL(fileURLWithPath: folder.file("b.png"))))
    #expect(try bytes("c.png") { $0.seed = 1 } != first)
    #expect(try bytes("d.png") { $0.prompt = "the sea" } != first)
    #expect(try bytes("e.png") { $0.randomNumbers = .cuda } != first)
    #expect(try bytes("f.png") { $0.clipSkip = 2 } != first)
    #expect(
      try bytes("g.png") { $0.prompt = "(a woman:1.5)" }
        == bytes("h.png") { $0.prompt = "(a woman:1.5)" })
  }

  @Test func `the picture says what it is, and shows the command that repeats it`() throws {
    let folder = try TemporaryFolder()
    var request = request(folder.file("a.png"))
    request.prompt = "it's \"a\" woman\nand more"
    request.seed = 12
    let report = try GenerateJob(request).run()
    let shown = try ShowReport(file: request.output)
    #expect(shown.isOurs && shown.label?.label == "1" && shown.label?.produceID == report.contentID)
    #expect(shown.seed == "12" && shown.kind == "still")
    let words = try #require(shown.command.flatMap(ShellWords.split))
    #expect(words.starts(with: ["avatar", "generate", "--base", base]))
    #expect(words.contains(request.prompt) && words.suffix(2) == ["-o", request.output])
    request.provenance.recordsCommand = false
    request.replacesOutput = true
    _ = try GenerateJob(request).run()
    #expect(try ShowReport(file: request.output).command == nil)
  }

  @Test func `a cancelled run leaves nothing`() throws {
    let folder = try TemporaryFolder()
    let cancellation = Cancellation()
    cancellation.cancel()
    let request = request(folder.file("a.png"))
    #expect(throws: CancelledError.self) {
      try GenerateJob(request, cancellation: cancellation).run()
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func `what can't be done is said in one line`() throws {
    let folder = try TemporaryFolder()
    func complaint(
      _ code: ExitCode, base: String? = nil, _ change: (inout GenerateRequest) -> Void = { _ in }
    ) throws -> String {
      var request = request(folder.file("a.png"), base: base)
      change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      #expect(!FileManager.default.fileExists(atPath: request.output))
      return "\(error)"
    }
    #expect(try complaint(.missingInput, base: folder.file("nowhere")).contains("no such folder"))
    #expect(try complaint(.badInput, base: folder.url.path).contains("text_encoder is missing"))
    #expect(try complaint(.usage) { $0.clipSkip = 3 }.contains("--clip-skip 3"))
    #expect(try complaint(.usage) { ($0.sampler, $0.steps) = (.lcm, 51) }.contains("at most 50"))
    #expect(try complaint(.missingInput) { $0.image = folder.file("no.png") }.contains("no.png"))
    #expect(try complaint(.missingInput) { $0.autoencoder = folder.file("vae") }.contains("--vae"))
    _ = try complaint(.missingInput) { $0.embeddings = [folder.file("no.pt")] }
    _ = try complaint(.badInput) {
      $0.embeddings = [base + "/unet/diffusion_pytorch_model.safetensors"]
    }
    #expect(try complaint(.usage) { $0.museV.window = 9 }.contains("--window: belongs to MuseV"))
    let lora = LoRAChoice(path: folder.file("no.safetensors"))
    #expect(try complaint(.missingInput) { $0.loras = [lora] }.contains("no.safetensors"))
  }

  @Test func `a model of another kind or with parts missing is named`() throws {
    let folder = try TemporaryFolder()
    let copy = folder.file("model")
    let files = FileManager.default
    try files.copyItem(atPath: base, toPath: copy)
    try files.createDirectory(atPath: copy + "/text_encoder_2", withIntermediateDirectories: true)
    func complaint() throws -> String {
      let request = request(folder.file("a.png"), base: copy)
      return "\(try #require(throws: (any Error).self) { try GenerateJob(request).run() })"
    }
    #expect(try complaint().contains("XL"))
    try files.removeItem(atPath: copy + "/text_encoder_2")
    try files.removeItem(atPath: copy + "/tokenizer/merges.txt")
    #expect(try complaint().contains("merges.txt"))
    try files.copyItem(
      atPath: base + "/tokenizer/merges.txt", toPath: copy + "/tokenizer/merges.txt")
    try files.removeItem(atPath: copy + "/unet/diffusion_pytorch_model.safetensors")
    #expect(try complaint().contains("unet"))
  }
}

@Suite struct GenerateSizeTests {
  @Test func `sizes are read, wrong ones explained`() throws {
    #expect(try GenerateRequest.size("512x768") == (512, 768))
    #expect(try GenerateRequest.size("64X64") == (64, 64))
    for text in ["512", "512x", "x", "510x512", "8x512", "4096x512", "-512x512", "512x512x3"] {
      #expect(throws: SpeakOptions.Complaint.self) { try GenerateRequest.size(text) }
    }
  }

  @Test func `pictures are cut to the wanted proportions`() throws {
    let sky = RGBPicture(
      width: 100, height: 40, samples: (0..<4000).flatMap { index in [UInt8(index % 100), 0, 9] })
    var request = GenerateRequest(output: "a.png")
    request.base = Golden.path("stable-diffusion", in: .module)
    let folder = try StableDiffusionFolder(request)
    let pictures = LatentPictures(
      autoencoder: try folder.latentAutoencoder(), device: ReferenceDevice(), precision: .fp32,
      width: 40, height: 40)
    let fitted = try pictures.fitted(sky)
    #expect(fitted.width == 40 && fitted.samples[0] == 30 && fitted.samples[39 * 3] == 69)
  }
}
