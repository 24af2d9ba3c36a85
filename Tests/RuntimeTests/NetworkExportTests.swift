import Compute
import Foundation
import LipSync
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

@Suite struct NetworkExportTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func export(
    _ network: String, weights: String? = nil, isRandom: Bool = false,
    shapes: [String: [Int]] = [:], replacing: Bool = false, cancellation: Cancellation = .init()
  ) throws -> NetworkExportReport {
    try NetworkCatalog.export(
      .init(
        network: network, weights: weights, isRandom: isRandom, shapes: shapes,
        output: folder.file("net.onnx"), replacing: replacing),
      cancellation: cancellation)
  }

  private func refusal(_ body: () throws -> NetworkExportReport) -> (any AvatarError)? {
    let error = #expect(throws: (any Error).self) { try body() }
    #expect(!FileManager.default.fileExists(atPath: folder.file("net.onnx")))
    return error as? any AvatarError
  }

  @Test("a published network with random weights, in the sizes that are asked for")
  func randomWeights() throws {
    let report = try export(
      "taesd-decoder", isRandom: true, shapes: ["latents": [2, 4, 3, 5]])
    #expect(report.inputs == ["latents": [2, 4, 3, 5]])
    #expect(report.outputs == ["image": [2, 3, 24, 40]])
    #expect(report.nodes > 50 && report.weightsFile == nil)
    let path = folder.file("net.onnx")
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(report.bytes == size)
    let first = try Data(contentsOf: URL(fileURLWithPath: path))
    _ = try export(
      "taesd-decoder", isRandom: true, shapes: ["latents": [2, 4, 3, 5]], replacing: true)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
    let error = #expect(throws: RuntimeError.self) { try export("taesd-decoder", isRandom: true) }
    #expect(error?.exitCode == .cannotCreateOutput)
  }

  @Test("open sizes are one image of the published size, or follow from the given ones")
  func defaultShapes() throws {
    let inputs: [TensorSpecification] = [
      .init("latents", ["B", 8, "h", "w"], ""), .init("audio", ["B", "S", 384], ""),
      .init("image", ["B", .atLeast(8, "H"), "W"], ""),
    ]
    let published = ["h": 32, "w": 32, "S": 50, "H": 64, "W": 48]
    let shapes = try NetworkCatalog.shapes(of: inputs, [:], published: published)
    #expect(shapes == ["latents": [1, 8, 32, 32], "audio": [1, 50, 384], "image": [1, 64, 48]])
    let given = try NetworkCatalog.shapes(
      of: inputs, ["latents": [3, 8, 16, 24]], published: published)
    #expect(given == ["latents": [3, 8, 16, 24], "audio": [3, 50, 384], "image": [3, 64, 48]])
    for (published, missing) in [
      (["h": 1, "w": 1], "audio"), (["h": 1, "w": 1, "S": 1, "H": 4, "W": 9], "image"),
    ] {
      let error = #expect(throws: NetworkError.self) {
        try NetworkCatalog.shapes(of: inputs, [:], published: published)
      }
      #expect(error?.description.contains(missing) == true && error?.exitCode == .usage)
    }
  }

  @Test("every network of the catalog has sizes to export it in")
  func publishedSizes() throws {
    for network in NetworkCatalog.list where !network.name.hasPrefix("mini-") {
      let found = try NetworkCatalog.find(network.name)
      let inputs = try found.open(nil).inputs
      let shapes = try NetworkCatalog.shapes(of: inputs, [:], published: found.publishedSizes)
      #expect(shapes.count == inputs.count)
    }
  }

  @Test(
    "shapes that do not fit are refused as usage",
    arguments: [
      ["latents": [1, 4, 0, 8]], ["latents": [1, 4, 8]], ["latents": [1, 5, 8, 8]], ["audio": [1]],
      ["latents": [1 << 40, 4, 1 << 40, 1]], ["latents": [1, 4, 1 << 20, 1 << 20]], ["latents": []],
      ["latents": [-1, 4, 8, 8]],
    ] as [[String: [Int]]])
  func wrongShapes(shapes: [String: [Int]]) throws {
    let error = refusal { try export("taesd-decoder", isRandom: true, shapes: shapes) }
    #expect(error?.exitCode == .usage)
    #expect(error?.description.contains("--shapes") == true)
  }

  @Test("weights are needed, and mini's are never replaced by random ones")
  func weights() throws {
    #expect(refusal { try export("taesd-decoder") }?.description.contains("--weights") == true)
    #expect(refusal { try export("mini-painter", isRandom: true) }?.exitCode == .usage)
    #expect(refusal { try export("nothing") }?.exitCode == .usage)
    guard EmbeddedFiles.byteCount > 0 else { return }
    #expect(try export("mini-landmarks").inputs == ["image": [1, 3, 128, 128]])
  }

  @Test("an export that is cancelled leaves nothing")
  func cancelled() throws {
    let cancellation = Cancellation()
    cancellation.cancel()
    #expect(throws: CancelledError.self) {
      try export("taesd-decoder", isRandom: true, cancellation: cancellation)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }
}
