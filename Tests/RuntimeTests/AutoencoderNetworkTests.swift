import Compute
import Diffusion
import Foundation
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import Runtime

/// The autoencoders as the command line runs them: found in a folder, with and without a configuration.
@Suite struct AutoencoderNetworkTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  func noise(_ shape: [Int]) -> HostTensor {
    let values = (0..<shape.reduce(1, *)).map { (index: Int) -> Float in
      Float((index * 7919 + 13) % 101) / 50 - 1
    }
    return HostTensor(shape: shape, values: values)
  }

  /// Writes all tensors that were taken from `weights`.
  func write(_ weights: WeightScope, to name: String) throws {
    let tensors = weights.requirements.map { ($0.key, noise($0.shape)) }
    _ = try folder.write(
      SafetensorsWriter.encode(Dictionary(uniqueKeysWithValues: tensors)), to: name)
  }

  func run(_ network: String, _ name: String, _ shape: [Int]) throws -> [String: HostTensor] {
    let inputs = try folder.write(SafetensorsWriter.encode([name: noise(shape)]), to: "inputs")
    var request = NetworkCatalog.Request(
      network: network, weights: folder.path, inputs: inputs, outputs: folder.file("out"),
      device: .reference)
    request.replacing = true
    _ = try NetworkCatalog.run(request)
    let outputs = try Checkpoint(path: folder.file("out"))
    return try Dictionary(uniqueKeysWithValues: outputs.keys.map { ($0, try outputs.tensor($0)) })
  }

  func writeAutoencoder() throws {
    let weights = WeightScope.random()
    let configuration = AutoencoderKLConfiguration(
      blockOutputChannels: [32, 32], layersPerBlock: 1)
    _ = try AutoencoderKLEncoder(weights, configuration: configuration)
    _ = try AutoencoderKLDecoder(weights, configuration: configuration)
    try write(weights, to: "diffusion_pytorch_model.safetensors")
  }

  @Test func runsBothHalvesOfOneFile() throws {
    try writeAutoencoder()
    let encoded = try run("vae-encoder", "image", [2, 3, 7, 4])
    #expect(encoded.mapValues(\.shape) == ["mean": [2, 4, 3, 2], "logvar": [2, 4, 3, 2]])
    #expect(encoded["logvar"]!.values.allSatisfy { (-30...20).contains($0) })
    let decoded = try run("vae-decoder", "latents", [1, 4, 3, 2])
    #expect(decoded.mapValues(\.shape) == ["image": [1, 3, 6, 4]])
    // A configuration beside the weights is believed: here it halves the groups.
    let configuration = """
      {"block_out_channels": [32, 32], "norm_num_groups": 16,
       "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D"],
       "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D"]}
      """
    _ = try folder.write(Array(configuration.utf8), to: "config.json")
    #expect(try run("vae-decoder", "latents", [1, 4, 3, 2])["image"] != decoded["image"])
  }

  @Test func refusesPicturesWithoutALatent() throws {
    try writeAutoencoder()
    let error = #expect(throws: NetworkError.self) {
      try run("vae-encoder", "image", [1, 3, 8, 1])
    }
    #expect(error?.description.contains("[B, 3, H >= 2, W >= 2]") == true)
  }

  @Test func refusesAnotherNetworksConfiguration() throws {
    try writeAutoencoder()
    _ = try folder.write(Array(#"{"_class_name": "AutoencoderTiny"}"#.utf8), to: "config.json")
    let error = #expect(throws: WeightsError.self) {
      try run("vae-decoder", "latents", [1, 4, 3, 2])
    }
    #expect(error?.description.contains("AutoencoderTiny") == true)
  }

  @Test func runsTheTinyAutoencodersOriginalFiles() throws {
    var configuration = AutoencoderTinyConfiguration()
    configuration.encoderChannels = [8, 8]
    configuration.encoderBlocks = [1, 1]
    let weights = WeightScope.random()
    _ = try AutoencoderTinyEncoder(weights, configuration: configuration)
    let tensors = weights.requirements.map {
      (String($0.key.dropFirst("encoder.layers.".count)), noise($0.shape))
    }
    let bytes = SafetensorsWriter.encode(Dictionary(uniqueKeysWithValues: tensors))
    _ = try folder.write(bytes, to: "taesd_encoder.safetensors")
    let encoded = try run("taesd-encoder", "image", [1, 3, 5, 4])
    #expect(encoded.mapValues(\.shape) == ["latents": [1, 4, 3, 2]])
    // The decoder is in another file, which is not here.
    #expect(throws: WeightsError.self) { try run("taesd-decoder", "latents", [1, 4, 2, 2]) }
  }
}
