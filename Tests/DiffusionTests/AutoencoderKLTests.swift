import Compute
import Diffusion
import MediaTypes
import TestSupport
import Testing
import Weights

/// The autoencoder of a fixture, with what diffusers made of its inputs.
struct AutoencoderGolden {
  let golden: Golden
  let configuration: AutoencoderKLConfiguration

  init(_ name: String) throws {
    golden = try Golden("vae-\(name).safetensors", in: .module)
    configuration = try autoencoderConfiguration(golden.metadata("config"))
  }

  /// Both halves in one plan, built from the same tensors, all of which must be used.
  func compare(on device: any Device, precision: Precision) throws -> [String: Comparison] {
    let weights = golden.checkpoint.weights["vae"]
    let encoder = try AutoencoderKLEncoder(weights, configuration: configuration)
    let decoder = try AutoencoderKLDecoder(weights, configuration: configuration)
    try weights.requireAllConsumed()
    let recorder = PlanRecorder(name: "vae")
    let moments = encoder(recorder.input("image", try golden["image"].shape))
    recorder.output("mean", moments.mean)
    recorder.output("logvar", moments.logVariance)
    recorder.output("decoded", decoder(recorder.input("latents", try golden["latents"].shape)))
    let compiled = try device.compile(recorder.finish(), precision: precision)
    let outputs = try compiled.run(["image": golden["image"], "latents": golden["latents"]])
    return try Dictionary(
      uniqueKeysWithValues: outputs.map { ($0, Comparison($1, try golden[$0])) })
  }
}

private func autoencoderConfiguration(_ json: String) throws -> AutoencoderKLConfiguration {
  try Array(json.utf8).withUnsafeBytes {
    try AutoencoderKLConfiguration(ConfigurationFile(bytes: $0, name: "config.json"))
  }
}

@Suite struct AutoencoderKLTests {
  static let names = ["three-levels", "old-names", "without-quantization"]

  @Test(arguments: names)
  func equalsDiffusers(name: String) throws {
    for device in try goldenDevices() {
      let comparisons = try AutoencoderGolden(name).compare(on: device, precision: .fp32)
      #expect(comparisons.keys.sorted() == ["decoded", "logvar", "mean"])
      for (output, comparison) in comparisons {
        #expect(comparison.relativeMaximumError <= 2e-4, "\(output): \(comparison)")
      }
    }
  }

  @Test(arguments: names)
  func equalsDiffusersOnTheCPU(name: String) throws {
    let device = try CPUDevice(threads: 2)
    for (output, exact) in try AutoencoderGolden(name).compare(on: device, precision: .fp32) {
      #expect(exact.relativeMaximumError <= 2e-4, "\(output): \(exact)")
    }
    for (output, rounded) in try AutoencoderGolden(name).compare(on: device, precision: .bf16) {
      #expect(rounded.relativeMaximumError <= 3e-2, "\(output): \(rounded)")
      #expect(rounded.relativeMaximumError > 1e-5, "\(output): bf16 was not used")
    }
  }

  /// The file beside sd-vae-ft-mse, field for field.
  static let published = """
    {"_class_name": "AutoencoderKL", "_diffusers_version": "0.4.2", "act_fn": "silu",
     "block_out_channels": [128, 256, 512, 512],
     "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D",
                          "DownEncoderBlock2D"],
     "in_channels": 3, "latent_channels": 4, "layers_per_block": 2, "norm_num_groups": 32,
     "out_channels": 3, "sample_size": 256,
     "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D",
                        "UpDecoderBlock2D"]}
    """

  @Test func needsWhatIsPublished() throws {
    let configuration = try autoencoderConfiguration(Self.published)
    #expect(configuration == .stableDiffusion)
    let weights = WeightScope.random()
    _ = try AutoencoderKLEncoder(weights, configuration: configuration)
    _ = try AutoencoderKLDecoder(weights, configuration: configuration)
    #expect(weights.requirements.count == 248)
    #expect(weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == 83_653_863)
  }

  @Test(
    arguments: [
      (#"{"_class_name": "AutoencoderTiny"}"#, "AutoencoderTiny"),
      (#"{"act_fn": "relu"}"#, "act_fn"),
      (#"{"latents_mean": [0, 1]}"#, "latents_mean"),
      (#"{"block_out_channels": [32, 64]}"#, "down_block_types"),
      (#"{"block_out_channels": []}"#, "block_out_channels"),
      (#"{"block_out_channels": [40]}"#, "norm_num_groups"),
      (#"{"down_block_types": ["AttnDownEncoderBlock2D"]}"#, "AttnDownEncoderBlock2D"),
      (#"{"up_block_types": ["UpBlock2D"]}"#, "UpBlock2D"),
      (#"{"layers_per_block": 0}"#, "layers_per_block"),
      (#"{"latent_channels": 1e9}"#, "latent_channels"),
      (#"{"norm_num_groups": 0}"#, "norm_num_groups"),
    ])
  func refusesWhatItCannotBe(json: String, naming: String) {
    let error = #expect(throws: WeightsError.self) { try autoencoderConfiguration(json) }
    #expect(error?.description.contains(naming) == true, "\(error?.description ?? "")")
    #expect(error?.exitCode == .badInput)
  }

  /// A file with all tensors of the network, or only those of one of its halves.
  func weights(
    _ configuration: AutoencoderKLConfiguration, in folder: TemporaryFolder, half: String = ""
  ) throws -> WeightScope {
    let all = WeightScope.random()
    _ = try AutoencoderKLEncoder(all, configuration: configuration)
    _ = try AutoencoderKLDecoder(all, configuration: configuration)
    let tensors = all.requirements.filter { $0.key.hasPrefix(half) }
      .map { ($0.key, HostTensor(shape: $0.shape, repeating: 0)) }
    let bytes = SafetensorsWriter.encode(Dictionary(uniqueKeysWithValues: tensors))
    return try Checkpoint(path: folder.write(bytes, to: "vae.safetensors")).weights
  }

  @Test func shapesTellTheConfiguration() throws {
    let folder = try TemporaryFolder()
    var expected = AutoencoderKLConfiguration(blockOutputChannels: [32, 64, 32], layersPerBlock: 2)
    expected.latentChannels = 5
    expected.inputChannels = 2
    #expect(try .init(detectedIn: weights(expected, in: folder)) == expected)
    expected.usesQuantConv = false
    expected.usesPostQuantConv = false
    expected.middleAttends = false
    #expect(try .init(detectedIn: weights(expected, in: folder)) == expected)
    #expect(try .init(detectedIn: weights(expected, in: folder, half: "encoder")) == expected)
    let decoder = try AutoencoderKLConfiguration(
      detectedIn: weights(expected, in: folder, half: "decoder"))
    expected.inputChannels = 3
    #expect(decoder == expected)
  }

  @Test func otherShapesAreNamed() throws {
    let other = try Golden("unet-two-levels.safetensors", in: .module).checkpoint.weights["unet"]
    let error = #expect(throws: WeightsError.self) {
      try AutoencoderKLConfiguration(detectedIn: other)
    }
    #expect(error?.description.contains("config.json") == true)
    let tiny = try AutoencoderGolden("three-levels").golden.checkpoint.weights["vae"]
    #expect(throws: WeightsError.self) { try AutoencoderKLConfiguration(detectedIn: tiny) }
  }
}
