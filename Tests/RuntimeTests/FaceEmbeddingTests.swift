import Compute
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
    try FaceEmbedding(
      of: picture, by: "\(files)/w600k_r50.onnx", device: CPUDevice(threads: 1)
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
