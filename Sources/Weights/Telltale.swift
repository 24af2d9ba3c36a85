/// Names of tensors by which a published network is known.
struct Telltale {
  /// The network, as in "it looks like the weights of ...".
  let network: String
  /// The end of a name that only this network has, or one of the networks further down the list.
  let ending: String

  /// What the tensors called `keys` look like, nil where nothing is known.
  static func network(of keys: [String]) -> String? {
    known.first { telltale in
      keys.contains { $0 == telltale.ending || $0.hasSuffix("." + telltale.ending) }
    }?.network
  }

  /// More particular networks first: many are made around the UNet of Stable Diffusion.
  private static let known: [Telltale] = [
    .init("a LoRA, which changes another network", "lora_A.weight"),
    .init("a LoRA, which changes another network", "lora_up.weight"),
    .init("a LoRA, which changes another network", "lora.up.weight"),
    .init("a ControlNet", "controlnet_cond_embedding.conv_in.weight"),
    .init("a ControlNet in its first layout", "input_hint_block.0.weight"),
    .init("MuseV's motion UNet", "down_blocks.0.temp_convs.0.conv1.2.weight"),
    .init("an AnimateDiff motion module", "motion_modules.0.temporal_transformer.norm.weight"),
    .init(
      "a whole Stable Diffusion in one file", "model.diffusion_model.input_blocks.0.0.weight"),
    .init("an image prompt adapter", "image_proj.proj.weight"),
    .init(
      "a UNet of Stable Diffusion's kind",
      "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"),
    .init("Stable Diffusion's autoencoder", "decoder.mid_block.resnets.0.conv1.weight"),
    .init("Stable Diffusion's autoencoder", "encoder.mid_block.resnets.0.conv1.weight"),
    .init("Stable Diffusion's autoencoder in its first layout", "decoder.mid.block_1.conv1.weight"),
    .init("a tiny autoencoder (TAESD)", "decoder.layers.3.conv.0.weight"),
    .init("a tiny autoencoder (TAESD)", "encoder.layers.1.conv.0.weight"),
    .init("a CLIP text encoder", "text_model.embeddings.token_embedding.weight"),
    .init("a CLIP image encoder", "vision_model.embeddings.class_embedding"),
    .init("Whisper in OpenAI's own layout", "encoder.blocks.0.attn.query.weight"),
    .init("Whisper", "encoder.layers.0.self_attn.k_proj.weight"),
    .init("S3FD, the face detector", "conv3_3_norm_mbox_conf.weight"),
    .init("BiSeNet, the face parser", "ffm.convblk.conv.weight"),
    .init("DWPose (RTMPose), the landmark finder", "head.cls_x.weight"),
    .init("Wav2Lip", "face_encoder_blocks.0.0.conv_block.0.weight"),
    .init("SyncNet", "face_encoder.0.conv_block.0.weight"),
    .init("ResNet, which names pictures", "layer1.0.conv1.weight"),
    .init("a language model", "model.layers.0.self_attn.q_proj.weight"),
  ]

  private init(_ network: String, _ ending: String) {
    self.network = network
    self.ending = ending
  }
}

extension Checkpoint {
  /// What the file seems to be, for those who find that it is not what they need.
  var impression: String {
    let keys = keys
    if let network = Telltale.network(of: keys) { return "it looks like the weights of \(network)" }
    let first = keys.prefix(3).map { "\"\($0)\"" }.joined(separator: ", ")
    return "it holds \(first.isEmpty ? "nothing" : first)"
      + (keys.count > 3 ? " and \(keys.count - 3) more tensors" : "")
  }
}

extension WeightScope {
  /// What the whole file seems to be, for messages: the network that it looks like, or its first tensors.
  public var impression: String { checkpoint?.impression ?? "it holds any tensor" }

  /// The error of a file without the tensor `name` here.
  func missing(_ name: String) -> WeightsError {
    guard let checkpoint else { return .missing(file: file, key: key(name)) }
    let found = takenKeys.count { checkpoint.info($0) != nil }
    // A file of which much was taken before is the right one with a hole.
    return found * 4 < checkpoint.keys.count
      ? .foreign(file: file, key: key(name), impression: impression)
      : .missing(file: file, key: key(name))
  }
}
