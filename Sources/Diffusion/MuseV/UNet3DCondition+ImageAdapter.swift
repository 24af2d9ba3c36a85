public import Weights

// After TMElyralab/MuseV 43370a6, musev/models/ip_adapter_loader.py.

extension UNet3DCondition {
  /// The keys and values of the image prompt that lie beside an image projection (`ip_adapter_image_proj.bin`), under the
  /// UNet's names; nil where there are none.
  ///
  /// They belong over the UNet's own. Throws `WeightsError.missing` if there are some, but not all.
  public static func imageAdapter(
    of checkpoint: Checkpoint, configuration: UNet3DConfiguration
  ) throws(WeightsError) -> Checkpoint? {
    guard checkpoint.keys.contains(where: { $0.hasPrefix("ip_adapter.") }) else { return nil }
    var names: [String: String] = [:]
    for (index, block) in attentions(of: configuration.spatial).enumerated() {
      for name in ["to_k_ip.weight", "to_v_ip.weight"] {
        // Even numbers are self-attentions', which have none.
        names["\(block).transformer_blocks.0.attn2.\(name)"] = "ip_adapter.\(2 * index + 1).\(name)"
      }
    }
    return try checkpoint.renamed(names)
  }

  /// All spatial transformers in the adapter's order: the way down, the way up, then the middle.
  private static func attentions(of spatial: UNetConfiguration) -> [String] {
    func names(_ block: String, _ count: Int) -> [String] {
      (0..<count).map { "\(block).attentions.\($0)" }
    }
    let down = (0..<spatial.levels).filter { spatial.downBlocks[$0] == .crossAttention }
      .flatMap { names("down_blocks.\($0)", spatial.layersPerBlock[$0]) }
    let up = (0..<spatial.levels).filter { spatial.upBlocks[$0] == .crossAttention }
      .flatMap {
        names("up_blocks.\($0)", spatial.layersPerBlock[spatial.levels - 1 - $0] + 1)
      }
    return down + up + ["mid_block.attentions.0"]
  }
}
