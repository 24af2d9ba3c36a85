import Compute
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

@Suite struct FaceNetworkCatalogTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(
    "published sizes have as many numbers as the published files",
    arguments: [("s3fd", 22_459_110), ("bisenet", 13_162_688), ("dwpose", 33_649_959)])
  func parameterCounts(name: String, count: Int) throws {
    #expect(try NetworkCatalog.describe(name, weights: nil).parameterCount == count)
  }

  @Test("a folder with one file is enough, and a picture without room for the grids is refused")
  func smallDetector() throws {
    // The published shapes with all widths cut to four are a detector too.
    let tensors = try NetworkCatalog.describe("s3fd", weights: nil).parameters.map {
      ($0.key, HostTensor(shape: $0.shape.map { min($0, 4) }, repeating: 0.1))
    }
    let bytes = SafetensorsWriter.encode(Dictionary(uniqueKeysWithValues: tensors))
    _ = try folder.write(bytes, to: "s3fd.safetensors")
    func run(height: Int, width: Int) throws -> NetworkRunReport {
      let image = HostTensor(shape: [1, 3, height, width], repeating: 1)
      let inputs = try folder.write(SafetensorsWriter.encode(["image": image]), to: "inputs")
      return try NetworkCatalog.run(
        .init(
          network: "s3fd", weights: folder.path, inputs: inputs, outputs: folder.file("out"),
          replacing: true, device: .reference))
    }
    let report = try run(height: 32, width: 50)
    #expect(report.outputs.count == 12)
    #expect(report.outputs["cls1"] == [1, 2, 8, 12] && report.outputs["reg6"] == [1, 4, 2, 2])
    let error = #expect(throws: NetworkError.self) { try run(height: 31, width: 50) }
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.contains("H >= 32") == true)
  }
}
