import Compute
import Diffusion
import Face
import Foundation
import Media
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

/// Faces that are found, aligned and looked at by a tiny face network, in insightface's layout.
@Suite struct FaceEmbeddingTests {
  private let folder: TemporaryFolder
  private let files = Golden.path("ip-adapter", in: .module)
  init() throws { folder = try TemporaryFolder() }

  private func presenter(_ name: String) throws -> RGBPicture {
    let clip = try PresenterLibrary.save(name, to: folder.file("\(name).mp4"), force: true)
    return try openPictureSource(clip).frame(at: 0).rgbPicture()
  }

  private func embedding(_ picture: RGBPicture) throws -> [Float] {
    let device = try CPUDevice(threads: 1)
    return try FaceEmbedding(
      of: FoundFace(in: picture, origin: "test", device: device), by: "\(files)/w600k_r50.onnx",
      device: device
    ).values
  }

  /// `picture` in gray surroundings, each pixel as wide as two.
  private func enlarged(_ picture: RGBPicture) -> RGBPicture {
    let (width, height) = (2 * picture.width + 60, 2 * picture.height + 20)
    var samples = [UInt8](repeating: 128, count: 3 * width * height)
    for y in 0..<2 * picture.height {
      for x in 0..<2 * picture.width {
        let (target, source) = (3 * (y * width + x + 40), 3 * (y / 2 * picture.width + x / 2))
        for channel in 0..<3 { samples[target + channel] = picture.samples[source + channel] }
      }
    }
    return RGBPicture(width: width, height: height, samples: samples)
  }

  @Test func `a face is the same wherever and however large it is, and another's is not`() throws {
    let picture = try presenter("mei")
    let first = try embedding(picture)
    func likeness(_ other: [Float]) -> Float {
      zip(first, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(first.count == 6 && abs(likeness(first) - 1) < 1e-5)
    let larger = try embedding(enlarged(picture))
    #expect(likeness(larger) > 0.995)
    let other = try embedding(presenter("amara"))
    #expect(likeness(other) < likeness(larger) - 0.005, "\(likeness(other))")
  }

  @Test func `a picture's face is drawn after, as its embedding would be`() throws {
    let picture = try presenter("mei")
    let path = folder.file("mei.png")
    try writePNG(picture, to: path)
    var request = GenerateRequest(output: folder.file("a.png"))
    request.base = Golden.path("stable-diffusion", in: .module)
    (request.prompt, request.size, request.steps, request.threads) = ("a woman", (48, 32), 2, 1)
    request.precision = .fp32
    request.ipAdapter.adapter = "\(files)/face.safetensors"
    request.ipAdapter.picture = path
    // insightface's network lies beside the adapter.
    _ = try GenerateJob(request).run()
    let words = try #require(ShowReport(file: request.output).command.flatMap(ShellWords.split))
    #expect(words.contains("--ip-adapter") && !words.contains("--face-network"))
    let drawn = try readPicture(request.output)
    let values = try embedding(readPicture(path))
    let file = folder.file("mei.safetensors")
    try SafetensorsWriter.write(["embedding": HostTensor(shape: [1, 6], values: values)], to: file)
    (request.ipAdapter.picture, request.output) = (file, folder.file("b.png"))
    request.ipAdapter.faceNetwork = "\(files)/w600k_r50.onnx"
    _ = try GenerateJob(request).run()
    #expect(try readPicture(request.output) == drawn)
    request.ipAdapter.picture = "\(files)/look.png"
    request.output = folder.file("c.png")
    let error = #expect(throws: RuntimeError.self) { try GenerateJob(request).run() }
    #expect(error?.exitCode == .badInput && error?.description.contains("no face") == true)
    #expect(!FileManager.default.fileExists(atPath: request.output))
  }

  @Test(arguments: ["plus", "plusv2"])
  func `a close look at a face gives the tokens of diffusers`(version: String) throws {
    let golden = try Golden("ip-adapter-faces.safetensors", in: .module)
    let path = folder.file("ip-adapter-faceid-\(version)_sd15.safetensors")
    try FileManager.default.copyItem(atPath: "\(files)/face-plusv2.safetensors", toPath: path)
    let adapter = try IPAdapter(Checkpoint(path: path))
    let states = try golden["states"]
    let embedding = try Checkpoint(path: "\(files)/face-embedding.safetensors").tensor("embedding")
    func half(_ index: Int) -> HostTensor {
      let count = states.values.count / 2
      return HostTensor(
        shape: [1] + states.shape.dropFirst(),
        values: Array(states.values[index * count..<(index + 1) * count]))
    }
    for device in try goldenDevices() {
      let prompt = try PicturePrompt(
        adapter.projection, seen: .init(main: embedding, states: half(1)),
        none: .init(main: HostTensor(shape: embedding.shape), states: half(0)), scale: 1,
        device: device)
      let found = prompt[.unconditional].values + prompt[.prompted].values
      let expected = try golden[version]
      let comparison = Comparison(HostTensor(shape: expected.shape, values: found), expected)
      #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
    }
  }

  @Test func `pictures are drawn after a close look at a face`() throws {
    let path = folder.file("mei.png")
    try writePNG(presenter("mei"), to: path)
    var request = GenerateRequest(output: folder.file("a.png"))
    request.base = Golden.path("stable-diffusion", in: .module)
    (request.prompt, request.size, request.steps, request.threads) = ("a woman", (48, 32), 2, 1)
    request.precision = .fp32
    request.ipAdapter.adapter = "\(files)/face-plusv2.safetensors"
    request.ipAdapter.picture = path
    _ = try GenerateJob(request).run()
    let drawn = try readPicture(request.output)
    let older = folder.file("face-plus.safetensors")
    try FileManager.default.copyItem(atPath: "\(files)/face-plusv2.safetensors", toPath: older)
    request.ipAdapter.adapter = older
    request.ipAdapter.encoder = "\(files)/image_encoder"
    request.ipAdapter.faceNetwork = "\(files)/w600k_r50.onnx"
    request.output = folder.file("b.png")
    _ = try GenerateJob(request).run()
    #expect(try readPicture(request.output) != drawn)
    request.ipAdapter.picture = "\(files)/face-embedding.safetensors"
    request.output = folder.file("c.png")
    let error = #expect(throws: RuntimeError.self) { try GenerateJob(request).run() }
    #expect(error?.exitCode == .usage && error?.description.contains("name a picture") == true)
  }

  @Test func `a video looks at the face of the picture that it begins with, at its whole size`()
    throws
  {
    let tiny = try TinyMuseV()
    let path = folder.file("mei.png")
    try writePNG(presenter("mei"), to: path)
    var request = tiny.request(model: "musev")
    request.image = path
    request.ipAdapter.adapter = "\(tiny.checkpoints)/IP-Adapter/models/face.safetensors"
    request.ipAdapter.faceNetwork = "\(files)/w600k_r50.onnx"
    _ = try GenerateJob(request).run()
    let values = try embedding(readPicture(path))
    let file = folder.file("mei.safetensors")
    try SafetensorsWriter.write(["embedding": HostTensor(shape: [1, 6], values: values)], to: file)
    let first = try openPictureSource(request.output).frame(at: 3).samples
    (request.ipAdapter.picture, request.output) = (file, tiny.folder.file("b.mp4"))
    _ = try GenerateJob(request).run()
    #expect(try openPictureSource(request.output).frame(at: 3).samples == first)
    request.ipAdapter.scale = 0
    request.output = tiny.folder.file("c.mp4")
    _ = try GenerateJob(request).run()
    #expect(try openPictureSource(request.output).frame(at: 3).samples != first)
  }

  @Test func `the face network runs alone`() throws {
    #expect(try NetworkCatalog.describe("arcface", weights: nil).parameterCount == 43_628_992)
    let inputs = folder.file("inputs")
    try SafetensorsWriter.write(["image": HostTensor(shape: [2, 3, 112, 112])], to: inputs)
    for weights in [files, "\(files)/w600k_r50.onnx"] {
      let report = try NetworkCatalog.run(
        .init(
          network: "arcface", weights: weights, inputs: inputs, outputs: folder.file("out"),
          replacing: true, device: .reference))
      #expect(report.outputs == ["embedding": [2, 6]])
    }
  }
}
