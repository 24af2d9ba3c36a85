import Compute
import TestSupport
import Testing

@testable import Weights

/// What a network says about a file that is another network's.
@Suite struct ForeignWeightsTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  func checkpoint(_ keys: [String]) throws -> Checkpoint {
    let tensors = Dictionary(uniqueKeysWithValues: keys.map { ($0, HostTensor(shape: [1])) })
    return try Checkpoint(
      path: folder.write(SafetensorsWriter.encode(tensors), to: "model.safetensors"))
  }

  @Test(
    arguments: [
      ("conv3_3_norm_mbox_conf.weight", "S3FD"),
      ("state_dict.head.cls_x.weight", "DWPose"),
      ("module.ffm.convblk.conv.weight", "BiSeNet"),
      ("model.encoder.layers.0.self_attn.k_proj.weight", "Whisper"),
      ("down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight", "UNet"),
      ("unet.down_blocks.0.attentions.0.proj_in.lora_A.weight", "LoRA"),
    ])
  func recognises(key: String, network: String) throws {
    let weights = try checkpoint([key, "other.weight"]).weights
    #expect(weights.impression.contains(network))
    let error = #expect(throws: WeightsError.self) {
      try weights["conv_in"].tensor("weight", shape: [1])
    }
    #expect(
      error == .foreign(file: weights.file, key: "conv_in.weight", impression: weights.impression))
    #expect(error?.description.contains(network) == true)
    #expect(throws: try #require(error)) { try weights["conv_in"].size(of: "weight") }
  }

  @Test func listsWhatItDoesNotKnow() throws {
    let many = try checkpoint((0..<9).map { "layer\($0)" }).weights
    #expect(many.impression == #"it holds "layer0", "layer1", "layer2" and 6 more tensors"#)
    #expect(try checkpoint(["a"]).weights.impression == #"it holds "a""#)
    #expect(try checkpoint([]).weights.impression == "it holds nothing")
  }

  /// A file that fitted until now is not another network's.
  @Test func tellsAHoleFromAnotherNetwork() throws {
    let weights = try checkpoint(["a", "b", "c"]).weights
    _ = try weights.tensor("a", shape: [1])
    #expect(throws: WeightsError.missing(file: weights.file, key: "d")) {
      try weights.tensor("d", shape: [1])
    }
  }
}
