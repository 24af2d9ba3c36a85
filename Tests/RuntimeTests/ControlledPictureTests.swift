import Compute
import Diffusion
import Foundation
import Media
import MediaTypes
import Synchronization
import TestSupport
import Testing
import Weights

@testable import Runtime

/// A tiny Stable Diffusion with tiny ControlNets, and what diffusers' pipelines drew with them.
@Suite struct ControlledPictureTests {
  private struct Case: Decodable {
    let prompt: String
    let negative_prompt: String
    let steps: Int
    let guidance: Double
    let sampler: String
    let seed: UInt64
    let strength: Double?
    let controls: [GoldenControl]
    let guess: Bool?
  }

  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func request(_ choices: [ControlChoice], images: [String] = []) -> GenerateRequest {
    var request = GenerateRequest(output: folder.file("a.png"))
    request.base = Golden.path("stable-diffusion", in: .module)
    request.prompt = "sea"
    request.size = (48, 32)
    request.steps = 2
    request.threads = 1
    request.precision = .fp32
    request.replacesOutput = true
    request.control.choices = choices
    request.control.images = images
    return request
  }

  private func drawn(_ request: GenerateRequest) throws -> RGBPicture {
    _ = try GenerateJob(request).run()
    return try readPicture(request.output)
  }

  @Test(arguments: ["one", "two", "unguided", "changed", "guessed", "pooled"])
  func `pictures are those of diffusers' pipelines`(name: String) throws {
    let golden = try Golden("controls.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: Case].self, from: Data(golden.metadata("pictures").utf8))
    let made = try #require(cases[name])
    let images = try made.controls.indices.map {
      try TinyControls.picture(in: folder, width: 48, height: 32, frame: $0)
    }
    var request = request(made.controls.map { $0.choice() }, images: images)
    (request.prompt, request.negativePrompt) = (made.prompt, made.negative_prompt)
    (request.steps, request.guidance, request.seed) = (made.steps, made.guidance, made.seed)
    request.sampler = try #require(Sampler(rawValue: made.sampler))
    request.control.guesses = made.guess ?? false
    if let strength = made.strength {
      request.image = Golden.path("start.png", in: .module)
      request.strength = strength
    }
    let expected = try golden[name].values
    let found = try drawn(request).samples
    #expect(found.count == expected.count)
    let worst = zip(found, expected).reduce(Float(0)) { max($0, abs(Float($1.0) - $1.1)) }
    #expect(worst <= 0.52, "\(name): \(worst)")
  }

  @Test func `edges come from the picture to begin with, and of a file alike`() throws {
    var request = request([ControlChoice(.canny, path: TinyControls.path("pose"))])
    request.image = Golden.path("start.png", in: .module)
    request.strength = 0.5
    let own = try drawn(request)
    request.control.images = [try #require(request.image)]
    #expect(try drawn(request) == own)
    request.control.choices[0].kind = .map
    #expect(try drawn(request) != own)
    request.control.choices[0].strength = 0
    let without = try drawn(request)
    request.control = ControlOptions()
    #expect(try drawn(request) == without && without != own)
  }

  @Test func `a map of another size is cut and scaled, and that is said`() throws {
    let image = try TinyControls.picture(in: folder, width: 64, height: 64)
    let request = request(
      [ControlChoice(.depth, path: TinyControls.path("depth"))], images: [image])
    let warnings = Mutex<[String]>([])
    _ = try GenerateJob(request).run { event in
      if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
    }
    #expect(
      warnings.withLock { $0 }.contains {
        $0.contains("--control depth") && $0.contains("64 x 64") && $0.contains("48 x 32")
      })
  }

  @Test func `a picture shows the command that repeats it`() throws {
    let image = try TinyControls.picture(in: folder, width: 48, height: 32)
    var choice = ControlChoice(.depth, path: TinyControls.path("depth"), strength: 0.8)
    choice.end = 0.5
    let request = request([choice], images: [image])
    _ = try GenerateJob(request).run()
    let words = try #require(
      ShowReport(file: request.output).command.flatMap(ShellWords.split))
    let place = try #require(words.firstIndex(of: "--control"))
    #expect(try ControlChoice(parsing: words[place + 1]) == choice)
    #expect(words.contains("--control-image") && words.contains(image))
  }

  @Test func `what can't be done is said in one line`() throws {
    let image = try TinyControls.picture(in: folder, width: 48, height: 32)
    func complaint(
      _ code: ExitCode, _ choice: ControlChoice, images: [String]? = nil,
      _ change: (inout GenerateRequest) -> Void = { _ in }
    ) throws -> String {
      var request = request([choice], images: images ?? [image])
      change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
    func map(_ path: String) -> ControlChoice { ControlChoice(.map, path: path) }
    let good = map(TinyControls.path("depth"))
    #expect(try complaint(.missingInput, map("nowhere")).contains("no such folder or file"))
    #expect(
      try complaint(.badInput, map(TinyControls.path("clip"))).contains("[8, 8, 8] channels"))
    #expect(try complaint(.badInput, map(TinyControls.path("clip.pth"))).contains("clip.pth"))
    #expect(try complaint(.usage, good, images: []).contains("--control-image"))
    #expect(
      try complaint(.usage, ControlChoice(.canny, path: good.path), images: []).contains(
        "no picture to look at"))
    #expect(
      try complaint(.usage, good, images: [image, image]) {
        $0.control.choices.append($0.control.choices[0])
        $0.control.images.append(image)
      }.contains("one for all 2 ControlNets, or one for each"))
    #expect(try complaint(.missingInput, good, images: ["no.png"]).contains("no.png"))
    #expect(try complaint(.usage, good) { $0.control.video = image }.contains("--video"))
    #expect(
      try complaint(.usage, good) {
        $0.base = nil; $0.model = "mini"; $0.image = image; $0.output = self.folder.file("a.mp4")
      }
      .contains("--control"))
    #expect(
      try complaint(.missingInput, ControlChoice(.pose, path: good.path)) {
        $0.control.poseNetwork = "nowhere.pth"
      }.contains("--pose-network"))
    #expect(try complaint(.badInput, map(wide())).contains("attends to 2048"))
    #expect(try complaint(.badInput, map(wide(isXL: true))).contains("Stable Diffusion XL"))
    let lora = Golden.path("lora", in: .module) + "/kohya.safetensors"
    #expect(try complaint(.badInput, map(lora)).contains("a LoRA"))
    for key in ["add_embedding.linear_1.weight", "control_model.label_emb.0.0.weight"] {
      let path = folder.file("xl.safetensors")
      try SafetensorsWriter.write([key: HostTensor(shape: [1])], to: path, replacing: true)
      #expect(try complaint(.badInput, map(path)).contains("Stable Diffusion XL"))
    }
    let pooled = TinyControls.path("shuffle")
    let single = ControlChoice(.shuffle, path: pooled + "/diffusion_pytorch_model.safetensors")
    #expect(
      try drawn(request([map(pooled)], images: [image]))
        == drawn(request([single], images: [image])))
    let other = TinyControls.path("depth") + "/diffusion_pytorch_model.safetensors"
    #expect(
      try drawn(request([map(other)], images: [image])) == drawn(request([good], images: [image])))
  }

  /// A ControlNet's folder for another text encoder, or for SDXL.
  private func wide(isXL: Bool = false) throws -> String {
    let path = folder.file("wide-\(isXL)")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let file = TinyControls.path("depth") + "/config.json"
    var fields = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: file)))
        as? [String: Any])
    fields["cross_attention_dim"] = 2048
    if isXL { fields["addition_embed_type"] = "text_time" }
    try JSONSerialization.data(withJSONObject: fields).write(
      to: URL(fileURLWithPath: path + "/config.json"))
    return path
  }
}

@Suite struct ControlChoiceTests {
  @Test func `kind, path, strength and part are read and written`() throws {
    func choice(
      _ kind: ControlKind, _ path: String, _ strength: Double = 1, _ start: Double = 0,
      _ end: Double = 1
    ) -> ControlChoice {
      var choice = ControlChoice(kind, path: path, strength: strength)
      (choice.start, choice.end) = (start, end)
      return choice
    }
    for (text, expected) in [
      ("pose=models/a", choice(.pose, "models/a")), ("map=a:0.8", choice(.map, "a", 0.8)),
      ("canny=a:b=c:0.5:0-0.6", choice(.canny, "a:b=c", 0.5, 0, 0.6)),
      ("depth=C:/x", choice(.depth, "C:/x")), ("tile=a:2:0.25-1", choice(.tile, "a", 2, 0.25, 1)),
    ] {
      #expect(try ControlChoice(parsing: text) == expected)
      #expect(try ControlChoice(parsing: expected.text) == expected)
      #expect(ControlChoice.pathRange(in: text).map { String(text[$0]) } == expected.path)
    }
    for text in [
      "models/a", "sketch=a", "map=", "map=:1", "map=a:11", "map=a:-1", "map=a:1:0.6-0.2",
      "map=a:1:0-2",
    ] {
      #expect(throws: SpeakOptions.Complaint.self) { try ControlChoice(parsing: text) }
    }
  }

  @Test func `steps are counted as diffusers counts them`() {
    var choice = ControlChoice(.map, path: "a", strength: 0.5)
    (choice.start, choice.end) = (0.2, 0.8)
    #expect((0..<5).map { choice.scale(step: $0, of: 5) } == [0, 0.5, 0.5, 0.5, 0])
    #expect((0..<3).map { choice.scale(step: $0, of: 3) } == [0, 0.5, 0])
  }
}
