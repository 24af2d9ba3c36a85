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
    for (index, attention) in configuration.spatial.contextAttentions.enumerated() {
      for name in ["to_k_ip.weight", "to_v_ip.weight"] {
        // Even numbers are self-attentions', which have none.
        names["\(attention).\(name)"] = "ip_adapter.\(2 * index + 1).\(name)"
      }
    }
    return try checkpoint.renamed(names)
  }
}
