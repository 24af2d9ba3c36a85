import Diffusion
import MediaTypes
import TestSupport
import Testing
import Weights

@Suite struct UNetConfigurationTests {
  func configuration(_ json: String) throws -> UNetConfiguration {
    try Array(json.utf8).withUnsafeBytes {
      try UNetConfiguration(ConfigurationFile(bytes: $0, name: "config.json"))
    }
  }

  /// The file that MuseTalk publishes, field for field.
  static let museTalk = """
    {"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.6.0.dev0", "act_fn": "silu",
     "attention_head_dim": 8, "block_out_channels": [320, 640, 1280, 1280],
     "center_input_sample": false, "cross_attention_dim": 384,
     "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D",
                          "DownBlock2D"],
     "downsample_padding": 1, "flip_sin_to_cos": true, "freq_shift": 0, "in_channels": 8,
     "layers_per_block": 2, "mid_block_scale_factor": 1, "norm_eps": 1e-05, "norm_num_groups": 32,
     "out_channels": 4, "sample_size": 64,
     "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D",
                        "CrossAttnUpBlock2D"]}
    """

  @Test func museTalkNeedsWhatIsPublished() throws {
    let weights = WeightScope.random()
    _ = try UNet2DCondition(weights, configuration: configuration(Self.museTalk))
    let requirements = weights.requirements
    #expect(requirements.count == 686)
    #expect(requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == 849_947_844)
    let key = requirements.first { $0.key.hasSuffix("up_blocks.1.attentions.2.norm.weight") }
    #expect(key?.shape == [1280])
  }

  @Test func absentFieldsAreDiffusersDefaults() throws {
    let weights = WeightScope.random()
    _ = try UNet2DCondition(weights, configuration: configuration(#"{"cross_attention_dim": 768}"#))
    #expect(weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == 859_520_964)
  }

  @Test(
    arguments: [
      (#"{"act_fn": "gelu"}"#, "act_fn"),
      (#"{"center_input_sample": true}"#, "center_input_sample"),
      (#"{"class_embed_type": "timestep"}"#, "class_embed_type"),
      (#"{"num_attention_heads": 8}"#, "num_attention_heads"),
      (#"{"dual_cross_attention": true}"#, "dual_cross_attention"),
      (#"{"only_cross_attention": [true, false, false, false]}"#, "only_cross_attention"),
      (#"{"motion_module": {"layers": 2}}"#, "motion_module"),
      (#"{"mid_block_type": null}"#, "mid_block_type"),
      (#"{"downsample_padding": 0}"#, "downsample_padding"),
      (#"{"down_block_types": ["AttnDownBlock2D"]}"#, "down_block_types"),
      (#"{"down_block_types": ["DownBlock2D"]}"#, "down_block_types"),
      (#"{"block_out_channels": []}"#, "block_out_channels"),
      (#"{"block_out_channels": [10, 20, 20, 20]}"#, "norm_num_groups"),
      (#"{"block_out_channels": [32, 64, 64, 64], "attention_head_dim": 5}"#, "attention_head_dim"),
      (#"{"attention_head_dim": [8, 8]}"#, "attention_head_dim"),
      (#"{"layers_per_block": 0}"#, "layers_per_block"),
      (#"{"layers_per_block": "two"}"#, "layers_per_block"),
      (#"{"in_channels": -1}"#, "in_channels"),
      (#"{"cross_attention_dim": 4611686018427387904}"#, "cross_attention_dim"),
      (#"{"cross_attention_dim": [8, 8, 8, 0]}"#, "cross_attention_dim"),
      (#"{"in_channels": 1e300}"#, "config.json"),
      (#"{"norm_num_groups": 0}"#, "norm_num_groups"),
      (#"{"conv_in_kernel": 2}"#, "conv_in_kernel"),
      ("[1, 2]", "JSON object"),
      ("<html>", "JSON object"),
    ])
  func refusesWhatItCannotBe(json: String, naming: String) {
    let error = #expect(throws: WeightsError.self) { try configuration(json) }
    #expect(error?.description.contains(naming) == true, "\(error?.description ?? "")")
    #expect(error?.exitCode == .badInput)
  }

  @Test func acceptsFieldsThatAskForNothing() throws {
    let json = """
      {"sample_size": 32, "dropout": 0.1, "upcast_attention": true, "encoder_hid_dim": null,
       "class_embeddings_concat": false, "_name_or_path": "somewhere", "attention_type": "default"}
      """
    #expect(try configuration(json).groups == 32)
  }

  @Test func wrongWeightsAreNamed() throws {
    let golden = try UNetGolden("two-levels")
    var other = golden.configuration
    other.outputChannels += 1
    let error = #expect(throws: WeightsError.self) {
      try UNet2DCondition(golden.golden.checkpoint.weights["unet"], configuration: other)
    }
    let expected = WeightsError.shape(
      file: golden.golden.checkpoint.name, key: "unet.conv_out.weight", expected: [6, 4, 3, 3],
      found: [5, 4, 3, 3])
    #expect(error == expected)
  }

  @Test func fewerLayersLeaveTensorsOver() throws {
    let golden = try UNetGolden("two-layers")
    var smaller = golden.configuration
    smaller.layersPerBlock = .all(1)
    let weights = golden.golden.checkpoint.weights["unet"]
    #expect(throws: WeightsError.self) {
      _ = try UNet2DCondition(weights, configuration: smaller)
      try weights.requireAllConsumed()
    }
  }
}
