import Compute
import Diffusion
import Foundation
import LipSync
import Media
import MediaTypes
import ModelStore
import TestSupport
import Testing
import Weights

@testable import Runtime

/// A tiny base model with the spatial UNet that goes with the tiny MuseV models.
struct TinyMuseV {
  let folder: TemporaryFolder
  let base: String
  let checkpoints = Golden.path("musev", in: .module)

  init() throws {
    folder = try TemporaryFolder()
    base = folder.file("base")
    let (files, original) = (FileManager.default, Golden.path("stable-diffusion", in: .module))
    try files.createDirectory(atPath: base, withIntermediateDirectories: false)
    for part in ["text_encoder", "tokenizer", "scheduler", "vae"] {
      try files.createSymbolicLink(
        atPath: "\(base)/\(part)", withDestinationPath: "\(original)/\(part)")
    }
    try files.createSymbolicLink(
      atPath: "\(base)/unet", withDestinationPath: "\(checkpoints)/base-unet")
  }

  func request(_ output: String = "a.mp4", model: String = "musev") -> GenerateRequest {
    var request = GenerateRequest(output: folder.file(output))
    request.model = "\(checkpoints)/motion/\(model)"
    request.base = base
    (request.prompt, request.negativePrompt) = ("a woman nods and smiles", "bad the man")
    request.size = (32, 32)
    request.steps = 2
    request.length = .frames(4)
    request.threads = 1
    request.precision = .fp32
    return request
  }

  /// Writes the picture with which the golden videos begin.
  func picture(width: Int, height: Int) throws -> String {
    let samples = (0..<width * height).flatMap { index in
      let (x, y) = (index % width, index / width)
      return [UInt8(x * 3 % 256), UInt8(y * 2 % 256), UInt8(x * y / 16 % 256)]
    }
    let path = folder.file("start-\(width)x\(height).png")
    try writePNG(RGBPicture(width: width, height: height, samples: samples), to: path)
    return path
  }
}

@Suite struct MuseVVideoTests {
  private struct Case: Decodable {
    let model: String
    let size: [Int]
    let frames: Int
    let seed: UInt64
    let shown: [Int]
    let short: Bool?
    let guidance: Double?
    let motion_speed: Double?
    let image_scale: Double?
    let img_weight: Double?
    let independent: Double?
  }

  private let tiny: TinyMuseV
  init() throws { tiny = try TinyMuseV() }

  private func frames(_ request: GenerateRequest) throws -> [RGBPicture] {
    let video = try MuseVVideo(
      request, model: try #require(request.model), cancellation: Cancellation())
    var (made, timings) = ([RGBPicture](), [String: Double]())
    try video.frames(progress: { _ in }, timings: &timings) { made.append($0) }
    #expect(made.count == video.frameCount)
    return made
  }

  @Test(arguments: ["plain-12", "plain-40", "reference-12", "reference-40", "unguided-9"])
  func `videos are those of MuseV's pipeline`(name: String) throws {
    let golden = try Golden("musev-pipeline.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: Case].self, from: Data(golden.metadata("cases").utf8))
    let made = try #require(cases[name])
    var request = tiny.request(model: made.model)
    request.size = (made.size[0], made.size[1])
    request.image = try tiny.picture(width: made.size[0], height: made.size[1])
    (request.length, request.steps, request.seed) = (.frames(made.frames), 4, made.seed)
    request.guidance = made.guidance
    request.museV.endsWithShortWindow = made.short ?? false
    request.museV.motionSpeed = made.motion_speed ?? 8
    request.museV.imagePromptScale = made.image_scale ?? 1
    request.museV.pictureNoise = made.img_weight ?? 0.001
    request.museV.individualNoise = made.independent ?? 0.5
    let video = try frames(request)
    let expected = try golden[name].values
    let found = made.shown.flatMap { video[$0].samples }
    #expect(found.count == expected.count)
    let squares = zip(found, expected).reduce(0.0) {
      $0 + Double(Float($1.0) - $1.1) * Double(Float($1.0) - $1.1)
    }
    let ratio = 10 * log10(255 * 255 * Double(found.count) / squares)
    // Rounding to bytes alone leaves 58.9 dB.
    #expect(ratio >= 55, "\(name): \(ratio) dB")
  }

  @Test func `every option counts, equal ones make equal videos`() throws {
    let image = try tiny.picture(width: 32, height: 32)
    func made(_ change: (inout GenerateRequest) -> Void = { _ in }) throws -> [RGBPicture] {
      var request = tiny.request(model: "musev_referencenet")
      (request.image, request.length) = (image, .frames(9))
      (request.museV.window, request.museV.overlap) = (4, 1)
      change(&request)
      return try frames(request)
    }
    let first = try made()
    #expect(try made() == first)
    let layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    let lora = tiny.folder.file("lora.safetensors")
    let values = (0..<8).map { Float($0 % 3) - 1 }
    try SafetensorsWriter.write(
      [
        "\(layer).lora_down.weight": HostTensor(shape: [1, 8], values: values),
        "\(layer).lora_up.weight": HostTensor(shape: [8, 1], values: values),
      ], to: lora)
    let changes: [(String, (inout GenerateRequest) -> Void)] = [
      ("LoRA", { $0.loras = [LoRAChoice(path: lora, strength: 2)] }),
      ("seed", { $0.seed = 1 }), ("prompt", { $0.prompt = "the sea" }),
      ("negative", { $0.museV.negativePrompt = "the sea" }),
      ("guidance", { $0.guidance = 9 }), ("steps", { $0.steps = 3 }),
      ("sampler", { $0.sampler = .eulerAncestral }), ("speed", { $0.museV.motionSpeed = 2 }),
      ("overlap", { $0.museV.overlap = 2 }), ("noise", { $0.museV.noise = .independent }),
      ("individual", { $0.museV.individualNoise = 0.9 }),
      ("picture noise", { $0.museV.pictureNoise = 0.5 }),
      ("image prompt", { $0.museV.imagePromptScale = 0 }),
      ("short", { $0.museV.endsWithShortWindow = true }),
      ("reference", { $0.museV.reference = Golden.path("start.png", in: .module) }),
    ]
    for (name, change) in changes {
      let other = try made(change)
      #expect(other[0] == first[0] && other != first, "\(name)")
    }
  }

  @Test func `without a picture, the base model draws the first frame`() throws {
    var still = tiny.request("a.png")
    (still.model, still.length) = (nil, nil)
    (still.steps, still.guidance) = (3, 5)
    still.autoencoder = tiny.checkpoints + "/vae/sd-vae-ft-mse"
    _ = try GenerateJob(still).run()
    var request = tiny.request()
    (request.museV.pictureSteps, request.museV.pictureGuidance) = (3, 5)
    let drawn = try frames(request)
    request.image = still.output
    #expect(try frames(request) == drawn)
  }

  @Test func `a video is written, and shows the command that repeats it`() throws {
    var request = tiny.request(model: "musev_referencenet")
    request.image = try tiny.picture(width: 32, height: 32)
    request.museV.endsWithShortWindow = true
    let report = try GenerateJob(request).run()
    #expect(report.frames == 4 && report.fps == "12" && report.steps == 2)
    let shown = try ShowReport(file: request.output)
    #expect(shown.isOurs && shown.label?.produceID == report.contentID && shown.frames == 4)
    #expect(shown.width == 32 && shown.fps == "12" && shown.model == "musev_referencenet")
    let words = try #require(shown.command.flatMap(ShellWords.split))
    for word in ["--motion-speed", "--short-last-window", "--vae", "--frames", "--fps"] {
      #expect(words.contains(word), "\(word)")
    }
    #expect(words.suffix(2) == ["-o", request.output] && !words.contains("--strength"))
  }

  @Test func `what can't be done is said in one line`() throws {
    let files = FileManager.default
    func complaint(
      _ code: ExitCode, model: String = "musev", _ change: (inout GenerateRequest) -> Void
    ) throws -> String {
      var request = tiny.request(model: model)
      change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      #expect(!"\(error)".contains("\n") && !files.fileExists(atPath: request.output))
      return "\(error)"
    }
    let nowhere = tiny.folder.file("nowhere")
    #expect(try complaint(.missingInput) { $0.model = nowhere }.contains("no model or folder"))
    #expect(
      try complaint(.modelNotInstalled) { $0.model = "musev2" }.contains("musev-referencenet"))
    #expect(try complaint(.badInput) { $0.model = tiny.base }.contains("UNet3DConditionModel"))
    #expect(try complaint(.badInput) { $0.model = tiny.base + "/vae" }.contains("folder unet"))
    #expect(try complaint(.usage) { $0.base = nil }.contains("--base"))
    let lora = LoRAChoice(path: Golden.path("lora", in: .module) + "/kohya.safetensors")
    #expect(try complaint(.badInput) { $0.loras = [lora] }.contains("LoRA for Stable Diffusion"))
    #expect(try complaint(.usage) { $0.length = .frames(1) }.contains("--frames 1"))
    #expect(try complaint(.usage) { $0.museV.overlap = 12 }.contains("--overlap 12"))
    #expect(try complaint(.usage) { ($0.prompt, $0.image) = ("", nil) }.contains("--prompt"))
    #expect(
      try complaint(.usage) { $0.museV.reference = Golden.path("start.png", in: .module) }
        .contains("--reference"))
    #expect(
      try complaint(.missingInput, model: "musev_referencenet") { $0.museV.imageEncoder = nowhere }
        .contains("--image-encoder"))
    #expect(
      try complaint(.missingInput, model: "musev_referencenet") { $0.museV.referenceNet = nowhere }
        .contains("--reference-net"))
    #expect(
      try complaint(.badInput) { $0.base = Golden.path("stable-diffusion", in: .module) }
        .contains("its unet has [8, 16]"))
    let copy = tiny.folder.file("motion")
    try files.copyItem(atPath: tiny.checkpoints + "/motion/musev_referencenet", toPath: copy)
    #expect(
      try complaint(.missingInput) { ($0.model, $0.museV.referenceNet) = (copy, nil) }
        .contains("--image-encoder"))
  }

  @Test func `an installed model's parts are found by their roles`() throws {
    let store = ModelStore(environment: ["HOME": tiny.folder.url.path])
    let installed = try store.locate(folder: tiny.checkpoints)
    #expect(installed.published.name == "musev" && installed.published.commercialUse == .forbidden)
    let places = try MuseVPlaces(installed, options: MuseVOptions())
    #expect(places.unet.hasSuffix("motion/musev/unet/diffusion_pytorch_model.bin"))
    #expect(places.autoencoder.contains("vae/sd-vae-ft-mse"))
    #expect(
      try #require(throws: RuntimeError.self) { try places.imageEncoder() }.exitCode
        == .missingInput)
    var request = SpeakRequest(audio: "a.wav", output: "a.mp4")
    request.model = tiny.checkpoints
    let error = try #require(throws: ModelStoreError.self) { try SpeakModel(request) }
    #expect(error.exitCode == .modelNotInstalled)
  }

  @Test func `small pictures are refused by name, others cut to multiples of 64`() throws {
    var request = tiny.request()
    (request.size, request.image) = (nil, try tiny.picture(width: 150, height: 70))
    let video = try MuseVVideo(
      request, model: try #require(request.model), cancellation: Cancellation())
    #expect(video.width == 128 && video.height == 64)
    request.image = try tiny.picture(width: 60, height: 80)
    let error = try #require(throws: RuntimeError.self) { try GenerateJob(request).run() }
    #expect(error.exitCode == .badInput && error.description.contains("--size"))
  }
}
