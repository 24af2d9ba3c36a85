import Compute
import Foundation
import Imaging
import MediaTypes
import TestSupport
import Testing
import Weights

@testable import LipSync

/// mini's painter against PyTorch, on a tiny network (`Training/goldens/painter_goldens.py`).
struct MiniPainterTests {
  private let folder: String
  private let golden: Checkpoint
  private let network: MiniPainterNetwork

  init() throws {
    let fixtures = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/painter").path
    folder = fixtures
    golden = try Checkpoint(path: "\(fixtures)/golden.safetensors")
    network = try MiniPainterNetwork(
      configuration: ConfigurationFile(path: "\(fixtures)/config.json"),
      unet: Checkpoint(path: "\(fixtures)/diffusion_pytorch_model.safetensors"),
      embedding: Checkpoint(path: "\(fixtures)/articulation_embedding.safetensors"))
  }

  @Test func `predicts what PyTorch predicts`() throws {
    let source = try golden.tensor("source")
    let recorder = PlanRecorder(name: "golden")
    let prediction = network.predict(
      recorder.input("crop", source.shape), articulation: recorder.input("articulation", [1, 7]))
    recorder.output("prediction", prediction)
    for device in try goldenDevices() {
      let plan = try device.compile(recorder.finish(), precision: .fp32)
      let found = try plan.run(["crop": source, "articulation": golden.tensor("articulation")])
      let comparison = Comparison(
        try #require(found["prediction"]), try golden.tensor("prediction"))
      #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
    }
  }

  @Test func `fields are activated and bounded`() throws {
    let source = try golden.tensor("source")
    let size = source.shape[3]
    let plan = try ReferenceDevice().compile(network.plan(cropSize: size), precision: .fp32)
    let fields = try plan.run(["crop": source, "articulation": golden.tensor("articulation")])
    #expect(fields["flow"]?.shape == [1, 2, size / 4, size / 4])
    #expect(fields["mask"]?.shape == [1, 1, size, size])
    #expect(fields["inner"]?.shape == [1, 3, size, size])
    #expect(try #require(fields["flow"]).values.allSatisfy { abs($0) <= 0.35 })
    #expect(try #require(fields["mask"]).values.allSatisfy { (0...1).contains($0) })
    #expect(try #require(fields["inner"]).values.allSatisfy { (-1...1).contains($0) })
  }

  @Test func `a missing tensor is named`() throws {
    let error = #expect(throws: WeightsError.self) {
      try MiniPainterNetwork(
        configuration: ConfigurationFile(path: "\(folder)/config.json"),
        unet: Checkpoint(path: "\(folder)/articulation_embedding.safetensors"),
        embedding: Checkpoint(path: "\(folder)/articulation_embedding.safetensors"))
    }
    #expect("\(try #require(error))".contains("time_embedding"))
  }
}
