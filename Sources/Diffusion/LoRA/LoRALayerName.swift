import Weights

/// Which layer of which network a LoRA's tensor belongs to.
struct LoRALayerName: Hashable {
  let network: LoRAFile.Network
  /// The layer's name with its dots written as underscores, which kohya's programs do, and without the text encoder's outer name.
  let key: String

  private init(_ network: LoRAFile.Network, _ name: some StringProtocol) {
    self.network = network
    key = Self.key(name)
  }

  private static func key(_ name: some StringProtocol) -> String {
    let key = String(name).replacing(".", with: "_")
    return key.hasPrefix("text_model_") ? String(key.dropFirst("text_model_".count)) : key
  }

  /// Weights with rows and columns by these names of their layers.
  static func table(of weights: WeightScope) -> [String: String] {
    var table: [String: String] = [:]
    for name in weights.names where name.hasSuffix(".weight") {
      guard (weights.storedShape(name)?.count ?? 0) >= 2 else { continue }
      table[key(name.dropLast(".weight".count))] = name
    }
    return table
  }

  typealias Part = WritableKeyPath<LoRAFile.Layer, String?>

  /// The ends of tensors' names; the first that fits counts.
  private static var ends: [(String, Part)] {
    [
      (".lora_down.weight", \.down), (".lora_up.weight", \.up), (".lora_mid.weight", \.mid),
      (".alpha", \.alpha),
      (".lora_A.weight", \.down), (".lora_B.weight", \.up),
      (".lora_A.default.weight", \.down), (".lora_B.default.weight", \.up),
      (".lora_linear_layer.down.weight", \.down), (".lora_linear_layer.up.weight", \.up),
      (".lora.down.weight", \.down), (".lora.up.weight", \.up),
      ("_lora.down.weight", \.down), ("_lora.up.weight", \.up),
    ]
  }

  /// The layer and part that the tensor `key` stands for; nil where it is none that is known.
  static func parse(_ key: String) -> (LoRALayerName, Part)? {
    guard let (end, part) = ends.first(where: { key.hasSuffix($0.0) }) else { return nil }
    var name = String(key.dropLast(end.count))
    // Attention processors, where diffusers kept them at first.
    if name.contains(".processor.") {
      name = name.replacing(".processor.", with: ".")
      if name.hasSuffix(".to_out") { name += ".0" }
    }
    // PEFT's wrapper.
    let outer = "base_model.model."
    if name.hasPrefix(outer) { name = String(name.dropFirst(outer.count)) }
    let prefixes: [(String, LoRAFile.Network)] = [
      ("lora_unet_", .unet), ("lora_te_", .textEncoder), ("unet.", .unet),
      ("text_encoder.", .textEncoder),
    ]
    if let (prefix, network) = prefixes.first(where: { name.hasPrefix($0.0) }) {
      return (LoRALayerName(network, name.dropFirst(prefix.count)), part)
    }
    let isBare = ["down_blocks.", "mid_block.", "up_blocks."].contains { name.hasPrefix($0) }
    return isBare ? (LoRALayerName(.unet, name), part) : nil
  }
}
