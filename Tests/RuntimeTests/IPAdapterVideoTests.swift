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

/// Tiny IP-Adapters with MuseV's tiny models, and what PyTorch makes with them.
@Suite struct IPAdapterVideoTests {
  private struct Case: Decodable {
    let adapter: String
    let scale: Double
    let model: String
    let size: [Int]
    let frames: Int
    let seed: UInt64
    let shown: [Int]
  }

  private let tiny: TinyMuseV
  private let files: String
  init() throws {
    tiny = try TinyMuseV()
    files = "\(tiny.checkpoints)/IP-Adapter/models"
  }

  private func frames(_ request: GenerateRequest) throws -> [RGBPicture] {
    let video = try MuseVVideo(
      request, model: try #require(request.model), cancellation: Cancellation())
    var (made, timings) = ([RGBPicture](), [String: Double]())
    try video.frames(progress: { _ in }, timings: &timings) { made.append($0) }
    return made
  }

  /// Writes the picture that adapters look at: the start, from right to left.
  private func look() throws -> String {
    let start = try readPicture(try tiny.picture(width: 64, height: 64))
    let samples = (0..<64 * 64).flatMap { index in
      let source = 3 * (index / 64 * 64 + 63 - index % 64)
      return Array(start.samples[source..<source + 3])
    }
    let path = tiny.folder.file("look.png")
    if !FileManager.default.fileExists(atPath: path) {
      try writePNG(RGBPicture(width: 64, height: 64, samples: samples), to: path)
    }
    return path
  }

  private func request(_ adapter: String, model: String) throws -> GenerateRequest {
    var request = tiny.request(model: model)
    request.size = (64, 64)
    request.image = try tiny.picture(width: 64, height: 64)
    request.ipAdapter.adapter = "\(files)/\(adapter).safetensors"
    request.ipAdapter.picture =
      adapter == "face" ? "\(files)/face-embedding.safetensors" : try look()
    return request
  }

  @Test(arguments: ["plain", "reference", "plus", "face", "lone-face"])
  func `videos are those of PyTorch with an IP-Adapter`(name: String) throws {
    let golden = try Golden("ip-adapter-video.safetensors", in: .module)
    let cases = try JSONDecoder().decode(
      [String: Case].self, from: Data(golden.metadata("cases").utf8))
    let made = try #require(cases[name])
    var request = try request(made.adapter, model: made.model)
    (request.length, request.steps, request.seed) = (.frames(made.frames), 4, made.seed)
    request.ipAdapter.scale = made.scale
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

  @Test func `a look counts, and without one an adapter looks at the first frame`() throws {
    for model in ["musev", "musev_referencenet"] {
      let first = try frames(try request("plain", model: model))
      #expect(try frames(try request("plain", model: model)) == first)
      var own = try request("plain", model: model)
      own.ipAdapter.picture = nil
      let alone = try frames(own)
      #expect(alone != first)
      own.ipAdapter.picture = own.image
      #expect(try frames(own) == alone)
      own.ipAdapter.scale = 0
      let none = try frames(own)
      #expect(none != alone)
      if model == "musev" {
        own.ipAdapter = .init()
        #expect(try frames(own) == none)
      }
    }
  }

  @Test func `the picture that is drawn first is looked at, or drawn after the look`() throws {
    let drawn = try ["plain", nil].map { name in
      var request = try request(name ?? "plain", model: "musev")
      (request.image, request.museV.pictureSteps) = (nil, 2)
      if name == nil { request.ipAdapter.picture = nil }
      return try frames(request)
    }
    #expect(drawn[0][0] != drawn[1][0])
    var plain = tiny.request(model: "musev")
    (plain.size, plain.museV.pictureSteps) = ((64, 64), 2)
    let without = try frames(plain)
    #expect(without[0] == drawn[1][0] && without[1] != drawn[1][1])
    // The picture encoder lies in checkpoints, not beside the adapter.
    var apart = try request("plain", model: "musev")
    (apart.image, apart.museV.pictureSteps) = (nil, 2)
    let path = tiny.folder.file("plain.safetensors")
    try FileManager.default.copyItem(
      atPath: "\(files)/plain.safetensors", toPath: path)
    apart.ipAdapter.adapter = path
    #expect(try frames(apart) == drawn[0])
  }

  @Test func `what does not fit together is said in one line`() throws {
    func complaint(
      _ code: ExitCode, _ adapter: String, model: String = "musev_referencenet",
      _ change: (inout GenerateRequest) throws -> Void
    ) throws -> String {
      var request = try request(adapter, model: model)
      try change(&request)
      let error = try #require(throws: (any Error).self) { try GenerateJob(request).run() }
      #expect((error as? any AvatarError)?.exitCode == code, "\(error)")
      #expect(!"\(error)".contains("\n"))
      return "\(error)"
    }
    #expect(
      try complaint(.usage, "plain") { $0.museV.imagePromptScale = 0.5 }
        .contains("--ip-adapter-scale"))
    #expect(try complaint(.usage, "plain") { $0.ipAdapter.adapter = nil }.contains("needs --ip"))
    #expect(
      try complaint(.usage, "plain") { ($0.model, $0.base) = ("mini", nil) }.contains(
        "moves a picture's own pixels"))
    #expect(
      try complaint(.usage, "plain") { $0.ipAdapter.faceNetwork = "\(files)/plain.safetensors" }
        .contains("--face-network"))
    #expect(
      try complaint(.usage, "plain") {
        $0.ipAdapter.picture = "\(files)/face-embedding.safetensors"
      }.contains("looks at pictures"))
    #expect(
      try complaint(.missingInput, "face") { $0.ipAdapter.picture = try look() }
        .contains("w600k_r50.onnx"))
    #expect(
      try complaint(.badInput, "face") {
        $0.ipAdapter.picture = Golden.path("lora", in: .module) + "/kohya.safetensors"
      }.contains("none called embedding"))
    let zero = tiny.folder.file("zero.safetensors")
    try SafetensorsWriter.write(["embedding": HostTensor(shape: [1, 6])], to: zero)
    #expect(try complaint(.badInput, "face") { $0.ipAdapter.picture = zero }.contains("length"))
    let long = tiny.folder.file("long.safetensors")
    try SafetensorsWriter.write(
      ["face": HostTensor(shape: [1, 1, 7], repeating: 1)], to: long)
    #expect(
      try complaint(.badInput, "face") { $0.ipAdapter.picture = long }
        .contains("takes a face in 6 numbers"))
  }
}
