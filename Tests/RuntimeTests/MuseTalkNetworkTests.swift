import Compute
import Diffusion
import Foundation
import ModelStore
import TestSupport
import Testing
import Weights

@testable import LipSync
@testable import Runtime

/// MuseTalk's painter against PyTorch, on the random model of the fixture (`Training/goldens/musetalk.py`).
struct MuseTalkNetworkTests {
  /// A `models` folder that `scripts/make-random-musetalk --tiny --half` has written.
  static let folder = Golden.path("musetalk", in: .module)

  private let golden: Golden
  private let model: MuseTalkModel

  init() throws {
    golden = try Golden("musetalk-faces.safetensors", in: .module)
    model = try MuseTalkModel(try ModelStore.locate(Self.folder), autoencoder: nil)
  }

  private static let face: [UInt8] = (0..<(256 * 256 * 3)).map { place in
    let (x, y, channel) = (place / 3 % 256, place / 768, place % 3)
    return UInt8((3 * x + 5 * y * (channel + 1) + x * y / 64) % 256)
  }

  private func painter(batch: Int) throws -> MuseTalkFacePainter {
    MuseTalkFacePainter(
      try CompiledMuseTalk(
        model.networks(), device: CPUDevice(threads: 2), precision: .fp32, batch: batch))
  }

  @Test func `latents are PyTorch's, masked first`() throws {
    let found = try painter(batch: 1).latents(of: Self.face)
    let expected = try golden["latents"]
    let comparison = Comparison(HostTensor(shape: expected.shape, values: found), expected)
    #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
  }

  @Test func `faces are PyTorch's, in whole batches and in parts of one`() throws {
    let latents = try golden["latents"].values
    let audio = try golden["audio"]
    let tokens = stride(from: 0, to: audio.values.count, by: audio.values.count / 2).map {
      Array(audio.values[$0..<($0 + audio.values.count / 2)])
    }
    let expected = try golden["faces"].values
    let (pair, three) = (try painter(batch: 2), try painter(batch: 3))
    for painter in [pair, three] {
      let faces = try painter.faces(latents: [latents, latents], audio: tokens)
      let misses = zip(faces.joined(), expected).map { abs(Float($0) - $1) }
      #expect(misses.max()! <= 1)
      #expect(misses.count { $0 > 0 } <= misses.count / 500)
    }
    let alone = try pair.faces(latents: [latents], audio: [tokens[1]])
    #expect(alone == [try pair.faces(latents: [latents, latents], audio: tokens)[1]])
  }

  @Test func `positions are sines and cosines in turn`() {
    let table = MuseTalkNetworks.positions((count: 50, width: 384))
    #expect(Array(table.values[0..<4]) == [0, 1, 0, 1])
    #expect(table.values[384] == sin(Float(1)) && table.values[385] == cos(Float(1)))
    #expect(abs(table.values[49 * 384 + 382] - sin(49 * pow(10_000, -382 / 384))) < 1e-6)
  }

  @Test func `parts of different models are refused`() throws {
    let networks = #expect(throws: MuseTalkError.self) {
      let weights = try Checkpoint(path: Self.folder + "/musetalkV15/unet.safetensors").weights
      let file = try ConfigurationFile(path: Self.folder + "/musetalkV15/musetalk.json")
      let unet = try UNet2DCondition(weights, configuration: UNetConfiguration(file))
      _ = try MuseTalkNetworks(
        unet: unet, autoencoder: model.latentAutoencoder(), tokens: (count: 50, width: 384))
    }
    #expect(networks?.description.contains("width 12, not 384") == true)
  }
}
