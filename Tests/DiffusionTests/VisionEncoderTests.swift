import Compute
import Diffusion
import TestSupport
import Testing
import Weights

@Suite struct VisionEncoderTests {
  private func configuration(_ text: String) throws -> CLIPVisionConfiguration {
    try Array(text.utf8).withUnsafeBytes {
      try CLIPVisionConfiguration(ConfigurationFile(bytes: $0, name: "config.json"))
    }
  }

  @Test(arguments: ["clip-vision", "clip-vision-quick"])
  func `embeddings are transformers'`(name: String) throws {
    let golden = try Golden("\(name).safetensors", in: .module)
    let weights = golden.checkpoint.weights["encoder"]
    let encoder = try CLIPVisionEncoder(
      weights, configuration: configuration(golden.metadata("config")))
    try weights.requireAllConsumed(ignoring: CLIPVisionEncoder.ignoredKeys)
    let pixels = try golden["pixels"]
    let recorder = PlanRecorder(name: "vision")
    recorder.output("embeddings", encoder(recorder.input("pixels", pixels.shape)))
    for device in try goldenDevices() {
      let outputs = try device.compile(recorder.finish(), precision: .fp32)
        .run(["pixels": pixels])
      let comparison = try Comparison(#require(outputs["embeddings"]), golden["embeddings"])
      #expect(comparison.relativeMaximumError <= 2e-5, "\(comparison)")
    }
  }

  @Test func `the published encoder has the published size`() throws {
    let weights = WeightScope.random()
    _ = try CLIPVisionEncoder(weights)
    // CLIP ViT-H/14's 632,076,800.
    #expect(
      weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == 632_076_800)
  }

  @Test(arguments: [
    #"{"hidden_size": 10, "num_attention_heads": 3}"#, #"{"image_size": 224, "patch_size": 15}"#,
    #"{"num_hidden_layers": 0}"#, #"{"hidden_act": "swish"}"#, "[]", "",
  ])
  func `sizes that do not go together are refused`(text: String) {
    #expect(throws: WeightsError.self) { try configuration(text) }
  }
}
