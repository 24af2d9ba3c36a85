import Compute
import Diffusion
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

/// MuseV's networks as the command line runs them: in the folders that upstream publishes.
@Suite struct MuseVNetworkTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let sizes = """
    "in_channels": 4, "block_out_channels": [4, 4], "layers_per_block": 1,
    "norm_num_groups": 2, "attention_head_dim": 2, "cross_attention_dim": 6
    """

  func noise(_ shape: [Int]) -> HostTensor {
    let values = (0..<shape.reduce(1, *)).map { (index: Int) -> Float in
      Float((index * 7919 + 13) % 101) / 50 - 1
    }
    return HostTensor(shape: shape, values: values)
  }

  /// Writes a tiny network's configuration and weights, taken by `make`.
  func publish(
    _ className: String, blocks: String, fields: String = "",
    _ make: (WeightScope, ConfigurationFile) throws -> Void
  ) throws {
    let json = """
      {"_class_name": "\(className)", \(Self.sizes)\(fields),
       "down_block_types": ["CrossAttnDownBlock\(blocks)", "DownBlock\(blocks)"],
       "up_block_types": ["UpBlock\(blocks)", "CrossAttnUpBlock\(blocks)"]}
      """
    _ = try folder.write(Array(json.utf8), to: "config.json")
    let weights = WeightScope.random()
    try make(weights, ConfigurationFile(path: folder.file("config.json")))
    let tensors = weights.requirements.map { ($0.key, noise($0.shape)) }
    _ = try folder.write(
      SafetensorsWriter.encode(Dictionary(uniqueKeysWithValues: tensors)),
      to: "diffusion_pytorch_model.safetensors")
  }

  func run(_ network: String, _ shapes: [String: [Int]]) throws -> NetworkRunReport {
    let inputs = try folder.write(
      SafetensorsWriter.encode(shapes.mapValues(noise)), to: "inputs")
    return try NetworkCatalog.run(
      .init(
        network: network, weights: folder.path, inputs: inputs,
        outputs: folder.file("out"), replacing: true, device: .reference))
  }

  @Test(
    "inputs and published parameters are described",
    arguments: [
      ("musev-unet", 1_419_970_283, 4), ("musev-referencenet-unet", 1_482_356_202, 18),
      ("musev-referencenet", 348_712_960, 2), ("musev-image-projection", 3_150_336, 1),
      ("controlnet", 361_279_120, 4),
    ])
  func descriptions(name: String, parameters: Int, inputs: Int) throws {
    let description = try NetworkCatalog.describe(name, weights: nil)
    #expect(description.parameterCount == parameters)
    #expect(description.inputs.count == inputs)
  }

  @Test("both UNets run from a folder, and each refuses the other's weights")
  func unets() throws {
    let clip = [
      "latents": [2, 3, 4, 5, 3], "timestep": [1, 4], "positions": [3, 4], "text": [2, 7, 6],
    ]
    try publish("UNet3DConditionModel", blocks: "3D") {
      _ = try UNet3DCondition($0, configuration: .init($1, variant: .museV))
    }
    let report = try run("musev-unet", clip)
    #expect(report.outputs == ["sample": [2, 3, 4, 5, 3]])
    #expect(report.floatingPointOperations > 0)
    #expect(throws: WeightsError.self) { try run("musev-referencenet-unet", clip) }
    try publish("UNet3DConditionModel", blocks: "2D") {
      _ = try UNet3DCondition($0, configuration: .init($1, variant: .referenceNet))
    }
    var prompted = clip
    prompted["image"] = [2, 3, 6]
    for index in 0..<5 { prompted["references.\(index)"] = [2, 4, 3, 2] }
    let sample = try run("musev-referencenet-unet", prompted).outputs["sample"]
    #expect(sample == [2, 3, 4, 5, 3])
    let error = #expect(throws: WeightsError.self) { try run("musev-unet", clip) }
    #expect(error?.exitCode == .badInput)
  }

  @Test("encoders run from a folder; a control picture has the latents' shape, some times as large")
  func encoders() throws {
    try publish("ReferenceNet2D", blocks: "2D", fields: #", "need_block_embs": true"#) {
      _ = try ReferenceNet2D($0, configuration: ReferenceNet2D.configuration($1))
    }
    let seen = try run("musev-referencenet", ["latents": [1, 4, 5, 3], "context": [1, 2, 6]])
    #expect(seen.outputs.count == 5)
    #expect(seen.outputs["down.3"] == [1, 4, 3, 2] && seen.outputs["middle"] == [1, 4, 3, 2])

    try publish(
      "ControlNetModel", blocks: "2D", fields: #", "conditioning_embedding_out_channels": [2, 3]"#
    ) { _ = try ControlNet($0, configuration: .init($1)) }
    var shapes = [
      "latents": [1, 4, 5, 3], "timestep": [1, 4], "text": [1, 2, 6], "control": [1, 3, 10, 6],
    ]
    let added = try run("controlnet", shapes)
    #expect(added.outputs.count == 5 && added.outputs["down.0"] == [1, 4, 5, 3])
    for wrong in [[1, 3, 10, 7], [1, 3, 5, 3], [1, 3, 11, 6]] {
      shapes["control"] = wrong
      let error = #expect(throws: NetworkError.self) { try run("controlnet", shapes) }
      #expect(error?.description.contains("[B, 3, 2 * h, 2 * w]") == true)
    }
  }

  @Test("the image projection is found below its name, beside the adapter's other tensors")
  func imageProjection() throws {
    let tensors = [
      "image_proj.proj.weight": [12, 5], "image_proj.proj.bias": [12],
      "image_proj.norm.weight": [4], "image_proj.norm.bias": [4],
      "ip_adapter.1.to_k_ip.weight": [3, 4],
    ]
    _ = try folder.write(
      SafetensorsWriter.encode(tensors.mapValues(noise)), to: "ip_adapter_image_proj.safetensors")
    let report = try run("musev-image-projection", ["embedding": [2, 5]])
    #expect(report.outputs == ["tokens": [2, 3, 4]])
  }
}
