import Compute
import Diffusion
import MediaTypes
import TestSupport
import Testing
import Weights

private func tinyConfiguration(_ json: String) throws -> AutoencoderTinyConfiguration {
  try Array(json.utf8).withUnsafeBytes {
    try AutoencoderTinyConfiguration(ConfigurationFile(bytes: $0, name: "config.json"))
  }
}

@Suite struct AutoencoderTinyTests {
  let golden: Golden
  let configuration: AutoencoderTinyConfiguration

  init() throws {
    golden = try Golden("taesd.safetensors", in: .module)
    configuration = try tinyConfiguration(golden.metadata("config"))
  }

  /// Both halves in one plan, each built from its own file or both from one.
  func compare(
    encoder: WeightScope, decoder: WeightScope, on device: any Device, precision: Precision
  ) throws -> [String: Comparison] {
    let encoding = try AutoencoderTinyEncoder(encoder, configuration: configuration)
    let decoding = try AutoencoderTinyDecoder(decoder, configuration: configuration)
    try encoder.requireAllConsumed()
    try decoder.requireAllConsumed()
    let recorder = PlanRecorder(name: "taesd")
    recorder.output("encoded", encoding(recorder.input("image", try golden["image"].shape)))
    recorder.output("decoded", decoding(recorder.input("latents", try golden["latents"].shape)))
    let compiled = try device.compile(recorder.finish(), precision: precision)
    let outputs = try compiled.run(["image": golden["image"], "latents": golden["latents"]])
    return try Dictionary(
      uniqueKeysWithValues: outputs.map { ($0, Comparison($1, try golden[$0])) })
  }

  func check(_ comparisons: [String: Comparison], limit: Float) {
    #expect(comparisons.keys.sorted() == ["decoded", "encoded"])
    for (output, comparison) in comparisons {
      #expect(comparison.relativeMaximumError <= limit, "\(output): \(comparison)")
    }
  }

  @Test func equalsDiffusers() throws {
    let weights = golden.checkpoint.weights["diffusers"]
    for device in try goldenDevices() {
      check(
        try compare(encoder: weights, decoder: weights, on: device, precision: .fp32), limit: 2e-4)
    }
    let device = try CPUDevice(threads: 2)
    check(
      try compare(encoder: weights, decoder: weights, on: device, precision: .fp32), limit: 2e-4)
    check(
      try compare(encoder: weights, decoder: weights, on: device, precision: .bf16), limit: 3e-2)
  }

  @Test func equalsDiffusersFromTheOriginalFiles() throws {
    let files = try Golden("taesd-original.safetensors", in: .module).checkpoint.weights
    let comparisons = try compare(
      encoder: files["encoder-file"], decoder: files["decoder-file"], on: ReferenceDevice(),
      precision: .fp32)
    check(comparisons, limit: 2e-4)
  }

  @Test func shapesTellTheConfiguration() throws {
    let both = golden.checkpoint.weights["diffusers"]
    #expect(try .init(detectedIn: both) == configuration)
    let files = try Golden("taesd-original.safetensors", in: .module).checkpoint.weights
    let encoder = try AutoencoderTinyConfiguration(detectedIn: files["encoder-file"])
    #expect(encoder.encoderBlocks == [1, 2, 0] && encoder.encoderChannels == [6, 6, 6])
    #expect(encoder.latentChannels == 5 && encoder.decoderBlocks == [3, 3, 3, 1])
    let decoder = try AutoencoderTinyConfiguration(detectedIn: files["decoder-file"])
    #expect(decoder.decoderBlocks == [2, 1, 1] && decoder.decoderChannels == [4, 4, 4])
    let other = try Golden("unet-two-levels.safetensors", in: .module).checkpoint.weights["unet"]
    let error = #expect(throws: WeightsError.self) {
      try AutoencoderTinyConfiguration(detectedIn: other)
    }
    #expect(error?.description.contains("TAESD") == true)
  }

  @Test func needsWhatIsPublished() throws {
    // The file beside madebyollin/taesd, field for field.
    let published = try tinyConfiguration(
      """
      {"_class_name": "AutoencoderTiny", "_diffusers_version": "0.20.0.dev0", "act_fn": "relu",
       "decoder_block_out_channels": [64, 64, 64, 64],
       "encoder_block_out_channels": [64, 64, 64, 64], "force_upcast": false, "in_channels": 3,
       "latent_channels": 4, "latent_magnitude": 3, "latent_shift": 0.5,
       "num_decoder_blocks": [3, 3, 3, 1], "num_encoder_blocks": [1, 3, 3, 3], "out_channels": 3,
       "scaling_factor": 1.0, "upsampling_scaling_factor": 2}
      """)
    #expect(published == AutoencoderTinyConfiguration())
    let weights = WeightScope.random()
    _ = try AutoencoderTinyEncoder(weights, configuration: published)
    _ = try AutoencoderTinyDecoder(weights, configuration: published)
    #expect(weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == 2_445_063)
  }

  @Test(
    arguments: [
      (#"{"_class_name": "AutoencoderKL"}"#, "AutoencoderKL"),
      (#"{"act_fn": "silu"}"#, "act_fn"),
      (#"{"upsample_fn": "bilinear"}"#, "upsample_fn"),
      (#"{"encoder_block_out_channels": [64, 64, 64, 128]}"#, "encoder_block_out_channels"),
      (#"{"num_decoder_blocks": [3, 1]}"#, "num_decoder_blocks"),
      (#"{"num_decoder_blocks": []}"#, "num_decoder_blocks"),
      (#"{"num_encoder_blocks": [1, 3, -1, 3]}"#, "num_encoder_blocks"),
      (#"{"latent_channels": 0}"#, "latent_channels"),
    ])
  func refusesWhatItCannotBe(json: String, naming: String) {
    let error = #expect(throws: WeightsError.self) { try tinyConfiguration(json) }
    #expect(error?.description.contains(naming) == true, "\(error?.description ?? "")")
  }
}
