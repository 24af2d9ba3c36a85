import Compute
import Diffusion
import Foundation
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

@Suite struct NetworkCatalogTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let configuration = """
    {"in_channels": 8, "out_channels": 4, "block_out_channels": [4, 8], "layers_per_block": 1,
     "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
     "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"], "norm_num_groups": 2,
     "attention_head_dim": 2, "cross_attention_dim": 6}
    """

  /// A folder with a tiny network in MuseTalk's layout, its weights under `name`.
  ///
  /// `change` is done to the tensors, by their published keys.
  func makeModel(
    weightsName name: String = "unet.safetensors",
    change: (inout [String: HostTensor]) -> Void = { _ in }
  ) throws -> String {
    _ = try folder.write(Array(Self.configuration.utf8), to: "musetalk.json")
    let file = try ConfigurationFile(path: folder.file("musetalk.json"))
    let weights = WeightScope.random()
    _ = try UNet2DCondition(weights, configuration: UNetConfiguration(file))
    var tensors = Dictionary(
      uniqueKeysWithValues: weights.requirements.map { ($0.key, noise($0.shape)) })
    change(&tensors)
    _ = try folder.write(SafetensorsWriter.encode(tensors), to: name)
    return folder.path
  }

  func noise(_ shape: [Int]) -> HostTensor {
    let count = shape.reduce(1, *)
    let values = (0..<count).map { (index: Int) -> Float in
      Float((index * 7919 + 13) % 101) / 50 - 1
    }
    return HostTensor(shape: shape, values: values)
  }

  func inputs(_ tensors: [String: HostTensor]) throws -> String {
    try folder.write(SafetensorsWriter.encode(tensors), to: "inputs")
  }

  func request(weights: String?, inputs: String) -> NetworkCatalog.Request {
    .init(
      network: "musetalk-unet", weights: weights, inputs: inputs, outputs: folder.file("out"),
      device: .reference)
  }

  @Test func runsAPublishedFolder() throws {
    let model = try makeModel()
    let inputs = try inputs(["latents": noise([2, 8, 6, 4]), "audio": noise([2, 5, 6])])
    let report = try NetworkCatalog.run(request(weights: model, inputs: inputs))
    #expect(report.outputs == ["sample": [2, 4, 6, 4]])
    #expect(report.precision == "fp32")
    #expect(report.floatingPointOperations > 0)
    let sample = try Checkpoint(path: folder.file("out")).tensor("sample")
    #expect(sample.shape == [2, 4, 6, 4])
    #expect(Set(sample.values).count > 10)

    var again = request(weights: model + "/unet.safetensors", inputs: inputs)
    #expect(throws: WeightsError.self) { try NetworkCatalog.run(again) }
    again.replacing = true
    _ = try NetworkCatalog.run(again)
    #expect(try Checkpoint(path: folder.file("out")).tensor("sample") == sample)
  }

  /// As training in parallel saves it, with an optimizer's state beside it.
  @Test func findsTheNetworkInAWholeTrainingState() throws {
    let model = try makeModel { tensors in
      tensors = Dictionary(
        uniqueKeysWithValues: tensors.map { ("state_dict.module.\($0.key)", $0.value) })
      tensors["optimizer.state.0.step"] = HostTensor(shape: [], values: [3])
    }
    let description = try NetworkCatalog.describe("musetalk-unet", weights: model)
    #expect(description.parameters.map(\.key).contains("state_dict.module.conv_in.weight"))
  }

  @Test func warnsOfWeightsThatAreNotFinite() throws {
    let model = try makeModel { $0["conv_out.bias"]!.values[1] = .nan }
    let inputs = try inputs(["latents": noise([1, 8, 4, 4]), "audio": noise([1, 5, 6])])
    let report = try NetworkCatalog.run(request(weights: model, inputs: inputs))
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("\"conv_out.bias\" (1)") == true)
    let sample = try Checkpoint(path: folder.file("out")).tensor("sample")
    #expect(sample.values.count { $0.isNaN } == 16)
  }

  @Test func describesPublishedSizes() throws {
    let description = try NetworkCatalog.describe("musetalk-unet", weights: nil)
    #expect(description.parameterCount == 849_947_844)
    #expect(description.inputs.map(\.shapeText) == ["[B, 8, h, w]", "[B, S, 384]"])
    let whisper = try NetworkCatalog.describe("whisper-encoder", weights: nil)
    #expect(whisper.outputs.map(\.shapeText) == ["[B, 5, 1500, 384]"])
    #expect(whisper.parameters.map(\.key).contains("model.encoder.conv1.weight"))
    let json = try JSONEncoder().encode(whisper)
    #expect(json.count > 1000)
    let ours = try NetworkCatalog.describe("musetalk-unet", weights: makeModel())
    #expect(ours.inputs.map(\.shapeText) == ["[B, 8, h, w]", "[B, S, 6]"])
  }

  @Test func listsEveryNetworkOnce() throws {
    let names = NetworkCatalog.list.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("whisper-encoder") && names.contains("mini-painter"))
    for name in names where name.hasPrefix("mini-") {
      // A program without mini says so, and never makes weights up.
      guard EmbeddedFiles.byteCount == 0 else {
        #expect(try NetworkCatalog.describe(name, weights: nil).parameterCount > 100_000)
        continue
      }
      #expect(throws: NetworkError.self) { try NetworkCatalog.describe(name, weights: nil) }
    }
  }

  @Test func refusesWrongInputs() throws {
    let model = try makeModel()
    func error(_ tensors: [String: HostTensor]) throws -> NetworkError? {
      let inputs = try inputs(tensors)
      let error = #expect(throws: NetworkError.self) {
        try NetworkCatalog.run(request(weights: model, inputs: inputs))
      }
      #expect(error?.exitCode == .badInput)
      #expect(!FileManager.default.fileExists(atPath: folder.file("out")))
      return error
    }
    let latents = noise([2, 8, 4, 4])
    #expect(try error(["latents": latents])?.description.contains("audio") == true)
    let wide = try error(["latents": latents, "audio": noise([2, 5, 7])])
    #expect(wide?.description.contains("[2, 5, 7]") == true)
    _ = try error(["latents": latents, "audio": noise([1, 5, 6])])
    _ = try error(["latents": noise([2, 8, 4]), "audio": noise([2, 5, 6])])
    _ = try error(["latents": latents, "audio": noise([2, 5, 6]), "more": noise([1])])
    _ = try error(["latents": noise([0, 8, 4, 4]), "audio": noise([0, 5, 6])])
    _ = try error(["latents": latents, "audio": noise([2, 0, 6])])
  }

  @Test func saysWhichFilesAreMissing() throws {
    let inputs = try inputs(["latents": noise([1, 8, 4, 4]), "audio": noise([1, 5, 6])])
    func message(_ weights: String?) -> String {
      let error = #expect(throws: (any Error).self) {
        try NetworkCatalog.run(request(weights: weights, inputs: inputs))
      }
      return (error as? any AvatarError)?.description ?? "another error"
    }
    #expect(message(nil).contains("--weights"))
    #expect(message(folder.file("nowhere")).contains("nowhere"))
    _ = try folder.write(Array(Self.configuration.utf8), to: "musetalk.json")
    #expect(message(folder.path).contains("unet.safetensors"))
    _ = try folder.write([0x50, 0x4B, 3, 4], to: "unet.pth")
    #expect(message(folder.path).contains("unet.pth"))
    let unknown = #expect(throws: NetworkError.self) {
      try NetworkCatalog.describe("styletalk", weights: nil)
    }
    #expect(unknown?.exitCode == .usage)
  }
}
