import Compute
import Foundation
import TestSupport
import Testing
import Weights

@testable import Diffusion

/// Names of an autoencoder in the original code.
@Suite struct SingleFileAutoencoderTests {
  private func names(_ name: String) throws -> [String: String] {
    let data = try Data(
      contentsOf: URL(fileURLWithPath: Golden.path("vae-names.json", in: .module)))
    let tables = try JSONDecoder().decode([String: [String: String]].self, from: data)
    return try #require(tables[name])
  }

  @Test(arguments: [("published", 4), ("small", 2)])
  func `are those that diffusers makes of them`(name: String, levels: Int) throws {
    for (old, new) in try names(name) {
      #expect(SingleFileName.autoencoder(old[...], levels: levels) == new, "\(old)")
    }
  }

  @Test(arguments: ["", "first_stage_model.", "state_dict.first_stage_model."])
  func `a file is found by its names, whatever stands before and beside them`(prefix: String) throws
  {
    let folder = try TemporaryFolder()
    let table = try names("small")
    let path = folder.file("vae.safetensors")
    let tensor = HostTensor(shape: [1], values: [3])
    var tensors = Dictionary(
      uniqueKeysWithValues: table.keys.map { (prefix + $0, tensor) })
    tensors[prefix + "loss.logvar"] = tensor
    tensors["model_ema.decay"] = tensor
    try SafetensorsWriter.write(tensors, to: path)
    let found = try #require(SingleFileAutoencoder(Checkpoint(path: path)))
    #expect(try Set(found.weights().keys) == Set(table.values))
  }

  @Test func `other files hold none, and unknown names are told`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.safetensors")
    let tensor = HostTensor(shape: [1], values: [3])
    try SafetensorsWriter.write(["decoder.mid_block.resnets.0.conv1.weight": tensor], to: path)
    #expect(SingleFileAutoencoder(try Checkpoint(path: path)) == nil)
    try SafetensorsWriter.write(
      ["decoder.mid.block_1.conv1.weight": tensor, "decoder.mid.block_3.conv1.weight": tensor],
      to: path, replacing: true)
    let odd = try #require(SingleFileAutoencoder(Checkpoint(path: path)))
    #expect(throws: WeightsError.self) { try odd.weights() }
  }
}
