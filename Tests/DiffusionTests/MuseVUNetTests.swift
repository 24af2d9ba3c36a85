import Compute
import Diffusion
import TestSupport
import Testing
import Weights

@Suite struct MuseVUNetTests {
  @Test(
    "clips are as upstream makes them",
    arguments: [
      ("musev", "first"), ("musev", "five"), ("musev", "thirteen"),
      ("musev-referencenet", "first"), ("musev-referencenet", "alone"),
      ("musev-referencenet", "five"), ("musev-referencenet", "thirteen"),
      ("musev-referencenet", "unconditioned"),
    ])
  func equalsUpstream(model: String, clip: String) throws {
    for device in try goldenDevices() {
      let comparison = try MuseVGolden(model).compare(clip, on: device)
      #expect(comparison.relativeMaximumError <= 2e-5, "\(type(of: device)): \(comparison)")
    }
  }

  @Test("published sizes, counted as upstream's own classes count them")
  func publishedSizes() throws {
    for (variant, count) in [
      (UNet3DConfiguration.Variant.museV, 1_419_970_283), (.referenceNet, 1_482_356_202),
    ] {
      let weights = WeightScope.random()
      _ = try UNet3DCondition(weights, configuration: .init(variant: variant))
      #expect(weights.requirements.reduce(0) { $0 + $1.shape.reduce(1, *) } == count)
    }
  }

  @Test("a Stable Diffusion's weights lie over the motion model's, temporal layers stay")
  func spatialWeights() throws {
    let golden = try MuseVGolden("musev").golden
    let folder = try TemporaryFolder()
    var motion: [String: HostTensor] = [:]
    for key in golden.checkpoint.keys where key.hasPrefix("unet.") {
      motion[String(key.dropFirst(5))] = try golden[key]
    }
    var spatial = motion.filter { key, _ in
      !["temp_", "frame_embedding", "transformer_in"].contains(where: key.contains)
    }
    spatial["conv_out.bias"] = HostTensor(shape: [4], repeating: 9)
    func checkpoint(_ tensors: [String: HostTensor], _ name: String) throws -> Checkpoint {
      try Checkpoint(path: folder.write(SafetensorsWriter.encode(tensors), to: name))
    }
    let base = try checkpoint(motion, "motion")
    let layered = WeightScope.layered([try checkpoint(spatial, "sd")], over: base)
    _ = try UNet3DCondition(layered, configuration: MuseVGolden("musev").configuration())
    try layered.requireAllConsumed()
    #expect(try layered.tensor("conv_out.bias", shape: [4]).values() == [9, 9, 9, 9])
    let weight = try layered.tensor("transformer_in.temporal_weight", shape: [1]).values()
    #expect(weight == motion["transformer_in.temporal_weight"]?.values)

    spatial["conv_out.bogus"] = HostTensor(shape: [1], repeating: 1)
    let foreign = WeightScope.layered([try checkpoint(spatial, "foreign")], over: base)
    _ = try UNet3DCondition(foreign, configuration: MuseVGolden("musev").configuration())
    let error = #expect(throws: WeightsError.self) { try foreign.requireAllConsumed() }
    #expect(error?.description.contains("\"conv_out.bogus\"") == true)
    #expect(error?.description.contains("foreign") == true)
  }

  @Test(
    "a missing tensor, one of another shape and one too many are named",
    arguments: [
      "down_blocks.0.temp_convs.0.conv4.3.weight", "mid_block.temp_attentions.0.temporal_weight",
      "mid_block_refer_emb_attns.to_out.0.bias",
      "up_blocks.1.attentions.1.transformer_blocks.0.attn2.to_k_ip.weight",
    ])
  func wrongWeights(key: String) throws {
    let source = try MuseVGolden("musev-referencenet")
    let folder = try TemporaryFolder()
    var tensors: [String: HostTensor] = [:]
    for name in source.golden.checkpoint.keys where name.hasPrefix("unet.") {
      tensors[String(name.dropFirst(5))] = try source.golden[name]
    }
    let right = try #require(tensors[key])
    func error(_ change: HostTensor?, named name: String) throws -> String? {
      var changed = tensors
      changed[name] = change
      let path = try folder.write(SafetensorsWriter.encode(changed), to: "weights")
      let scope = try Checkpoint(path: path).weights
      return #expect(throws: WeightsError.self) {
        _ = try UNet3DCondition(scope, configuration: source.configuration())
        try scope.requireAllConsumed(ignoring: UNet3DCondition.ignoredKeys)
      }?.description
    }
    #expect(try error(nil, named: key)?.contains("missing tensor \"\(key)\"") == true)
    let wrong = HostTensor(shape: right.shape + [1, 2], repeating: 0)
    #expect(try error(wrong, named: key)?.contains("tensor \"\(key)\" is") == true)
    #expect(try error(right, named: key + "s")?.contains("\"\(key)s\"") == true)
  }

  @Test("the variant is known by its weights; configurations of other networks are refused")
  func configurations() throws {
    let (small, large) = (try MuseVGolden("musev"), try MuseVGolden("musev-referencenet"))
    #expect(try small.configuration().variant == .museV)
    #expect(try large.configuration().variant == .referenceNet)
    let encoders = try Golden("musev-encoders.safetensors", in: .module)
    let error = #expect(throws: WeightsError.self) {
      try UNet3DConfiguration(encoders.configuration("reference"), variant: .museV)
    }
    #expect(error?.description.contains("ReferenceNet2D") == true)
    let unequal = #"{"block_out_channels": [32, 64, 96, 128]}"#
    let file = try Array(unequal.utf8).withUnsafeBytes {
      try ConfigurationFile(bytes: $0, name: "config.json")
    }
    #expect(try UNet3DConfiguration(file, variant: .museV).spatial.crossAttentionWidth == .all(768))
    let misfit = #expect(throws: WeightsError.self) {
      try UNet3DConfiguration(file, variant: .referenceNet)
    }
    #expect(misfit?.description.contains("order of references") == true)
  }

  @Test("frames are as far apart as the motion speed says, in whole steps")
  func positions() throws {
    let network = try MuseVGolden("musev-referencenet").network()
    let positions = network.positionsInput(frames: 3, motionSpeed: 7.5)
    #expect(positions.shape == [3, 8])
    #expect(Array(positions.values[16...]) == network.timestepInput(15).values)
    #expect(Array(positions.values[8..<16]) == network.timestepInput(7).values)
    let still = try MuseVGolden("musev").network().positionsInput(frames: 3, motionSpeed: 7.5)
    #expect(Array(still.values[16...]) == network.timestepInput(2).values)
  }

  @Test(
    "an image adapter's numbered tensors are those of the attentions: down, up, then the middle")
  func imageAdapter() throws {
    let source = try MuseVGolden("musev-referencenet")
    let folder = try TemporaryFolder()
    var tensors = ["image_proj.norm.bias": HostTensor(shape: [1], repeating: 0)]
    func adapter() throws -> Checkpoint? {
      let path = try folder.write(SafetensorsWriter.encode(tensors), to: "adapter")
      return try UNet3DCondition.imageAdapter(
        of: Checkpoint(path: path), configuration: source.configuration())
    }
    #expect(try adapter() == nil)
    for index in 0..<7 {
      for side in ["k", "v"] {
        tensors["ip_adapter.\(2 * index + 1).to_\(side)_ip.weight"] = HostTensor(
          shape: [8, 6], repeating: Float(index))
      }
    }
    let found = try #require(try adapter())
    #expect(found.keys.count == 14)
    for (block, index) in [
      ("down_blocks.0.attentions.0", 0), ("down_blocks.1.attentions.0", 1),
      ("up_blocks.1.attentions.0", 2), ("up_blocks.2.attentions.1", 5),
      ("mid_block.attentions.0", 6),
    ] {
      let key = "\(block).transformer_blocks.0.attn2.to_v_ip.weight"
      #expect(try found.tensor(key).values[0] == Float(index))
    }
    tensors["ip_adapter.9.to_k_ip.weight"] = nil
    let error = #expect(throws: WeightsError.self) { try adapter() }
    #expect(error?.description.contains("\"ip_adapter.9.to_k_ip.weight\"") == true)
  }
}
