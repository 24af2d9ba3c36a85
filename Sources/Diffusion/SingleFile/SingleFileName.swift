/// Names of tensors in the original code of Stable Diffusion, as diffusers has them.
enum SingleFileName {
  private static let single = [
    "time_embed.0": "time_embedding.linear_1", "time_embed.2": "time_embedding.linear_2",
    "input_blocks.0.0": "conv_in", "out.0": "conv_norm_out", "out.2": "conv_out",
  ]

  private static let residual = [
    "in_layers.0": "norm1", "in_layers.2": "conv1", "out_layers.0": "norm2",
    "out_layers.3": "conv2", "emb_layers.1": "time_emb_proj", "skip_connection": "conv_shortcut",
  ]

  /// One of the UNet's tensors, in whose blocks there are `layers` layers on the way down; nil for names that are not known.
  static func unet(_ name: Substring, layers: Int) -> String? {
    let parts = name.split(separator: ".").map(String.init)
    guard let kind = parts.last else { return nil }
    let layer = parts.dropLast().joined(separator: ".")
    if let known = single[layer] { return "\(known).\(kind)" }
    guard parts.count >= 4, let first = Int(parts[1]), let second = Int(parts[2]) else {
      return middle(parts)
    }
    let rest = Array(parts[3...])
    switch parts[0] {
    case "input_blocks":
      let (block, number) = (first - 1).quotientAndRemainder(dividingBy: layers + 1)
      if rest.first == "op" { return "down_blocks.\(block).downsamplers.0.conv.\(kind)" }
      return inside("down_blocks.\(block)", number, part: second, rest)
    case "output_blocks":
      let (block, number) = first.quotientAndRemainder(dividingBy: layers + 1)
      if rest.first == "conv" { return "up_blocks.\(block).upsamplers.0.conv.\(kind)" }
      return inside("up_blocks.\(block)", number, part: second, rest)
    default: return middle(parts)
    }
  }

  /// `part` is 0 for a residual block, 1 for the attention after it.
  private static func inside(
    _ block: String, _ number: Int, part: Int, _ rest: [String]
  ) -> String? {
    part == 1
      ? "\(block).attentions.\(number).\(rest.joined(separator: "."))"
      : residualName(rest).map { "\(block).resnets.\(number).\($0)" }
  }

  /// The middle has a residual block, an attention and another residual block.
  private static func middle(_ parts: [String]) -> String? {
    guard parts.count >= 3, parts[0] == "middle_block", let part = Int(parts[1]) else { return nil }
    let rest = Array(parts[2...])
    return part == 1
      ? "mid_block.attentions.0.\(rest.joined(separator: "."))"
      : residualName(rest).map { "mid_block.resnets.\(part / 2).\($0)" }
  }

  private static func residualName(_ rest: [String]) -> String? {
    residual[rest.dropLast().joined(separator: ".")].map { "\($0).\(rest[rest.count - 1])" }
  }
}
