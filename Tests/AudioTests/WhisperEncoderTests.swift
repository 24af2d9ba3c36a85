import Audio
import Compute
import Foundation
import TestSupport
import Testing
import Weights

@Suite struct WhisperEncoderTests {
  func configuration(_ json: String) throws -> WhisperEncoderConfiguration {
    try Array(json.utf8).withUnsafeBytes {
      try WhisperEncoderConfiguration(ConfigurationFile(bytes: $0, name: "config.json"))
    }
  }

  /// Runs the network of the fixture, taken from `weights`, and compares all its states with PyTorch's.
  func compare(
    _ weights: WeightScope, _ golden: Golden, on device: any Device, precision: Precision
  ) throws -> Comparison {
    let network = try WhisperEncoder(
      weights, configuration: configuration(golden.metadata("config")))
    let recorder = PlanRecorder(name: "whisper")
    let states = network(recorder.input("mel", try golden["mel"].shape))
    let stacked = states.map { $0.reshape([$0.shape[0], 1, $0.shape[1], $0.shape[2]]) }
    recorder.output("states", Tensor.concatenate(stacked, axis: 1))
    let compiled = try device.compile(recorder.finish(), precision: precision)
    return Comparison(
      try compiled.run(["mel": golden["mel"]])["states"]!, try golden["hidden_states"])
  }

  @Test(arguments: ["", "model", "model.encoder"])
  func equalsTransformersUnderEveryPrefix(prefix: String) throws {
    let golden = try Golden("whisper-encoder.safetensors", in: .module)
    let weights = golden.checkpoint.weights
    for device in try goldenDevices() {
      let comparison = try compare(weights[prefix], golden, on: device, precision: .fp32)
      #expect(comparison.relativeMaximumError <= 2e-4, "\(comparison)")
    }
    try weights["model"].requireAllConsumed()
  }

  @Test func equalsTransformersOnTheCPU() throws {
    let golden = try Golden("whisper-encoder.safetensors", in: .module)
    let device = try CPUDevice(threads: 2)
    let exact = try compare(golden.checkpoint.weights, golden, on: device, precision: .fp32)
    #expect(exact.relativeMaximumError <= 2e-4, "\(exact)")
    let rounded = try compare(golden.checkpoint.weights, golden, on: device, precision: .bf16)
    #expect(rounded.relativeMaximumError <= 3e-2, "\(rounded)")
  }

  @Test func whisperTinyNeedsWhatIsPublished() throws {
    let tiny = try configuration(
      """
      {"activation_function": "gelu", "d_model": 384, "decoder_layers": 4, "encoder_layers": 4,
       "encoder_attention_heads": 6, "encoder_ffn_dim": 1536, "max_source_positions": 1500,
       "num_mel_bins": 80, "vocab_size": 51865, "scale_embedding": false}
      """)
    let weights = WeightScope.random()
    _ = try WhisperEncoder(weights, configuration: tiny)
    #expect(weights.requirements.count == 5 + 2 + 4 * 15)
    #expect(weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == 8_208_384)
  }

  @Test(
    arguments: [
      (#""d_model": 10"#, "encoder_attention_heads"), (#""num_mel_bins": 0"#, "num_mel_bins"),
      (#""activation_function": "relu""#, "activation_function"),
      (#""encoder_layers": "four""#, "encoder_layers"),
    ])
  func refusesWhatItCannotBe(field: String, naming: String) {
    let sizes = [
      #""d_model": 12"#, #""encoder_layers": 1"#, #""encoder_attention_heads": 3"#,
      #""encoder_ffn_dim": 8"#, #""max_source_positions": 8"#, #""num_mel_bins": 8"#,
    ]
    let key = field.prefix { $0 != ":" }
    let json = "{" + (sizes.filter { !$0.hasPrefix(key) } + [field]).joined(separator: ",") + "}"
    let error = #expect(throws: WeightsError.self) { try configuration(json) }
    #expect(error?.description.contains(naming) == true, "\(error?.description ?? "")")
  }
}
