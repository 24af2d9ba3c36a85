/// How much of a LoRA is taken in each block of Stable Diffusion 1.x, as the extension `sd-webui-lora-block-weight` counts
/// them: 17 numbers for the blocks that attend, or 26 for all.
public struct LoRABlockWeights: Sendable, Hashable {
  /// The text encoder's first, then those of the UNet from its input to its output.
  public let values: [Double]

  private static let attending =
    ["BASE", "IN01", "IN02", "IN04", "IN05", "IN07", "IN08", "MID"]
    + (3...11).map { number("OUT", $0) }
  private static let all =
    ["BASE"] + (0...11).map { number("IN", $0) } + ["MID"] + (0...11).map { number("OUT", $0) }

  private static func number(_ kind: String, _ index: Int) -> String {
    kind + (index < 10 ? "0" : "") + "\(index)"
  }

  /// nil for another count of values than 17 or 26.
  public init?(_ values: [Double]) {
    guard [Self.attending.count, Self.all.count].contains(values.count) else { return nil }
    self.values = values
  }

  private var names: [String] { values.count == Self.all.count ? Self.all : Self.attending }

  /// What a layer's changes are multiplied by: 1 outside all blocks (the timestep's embedding, the last convolution); nil for
  /// a block that is not among the 17.
  ///
  /// `layer` is its name in diffusers' UNet, or any of the text encoder.
  func factor(of layer: String, in network: LoRAFile.Network) -> Double? {
    guard network == .unet else { return values[0] }
    guard let block = Self.block(of: layer) else { return 1 }
    return names.firstIndex(of: block).map { values[$0] }
  }

  /// The block of a layer of the UNet, whose blocks have two layers on the way down and three on the way up.
  private static func block(of layer: String) -> String? {
    let parts = layer.split(separator: ".").map(String.init)
    if parts.first == "conv_in" { return number("IN", 0) }
    if parts.first == "mid_block" { return "MID" }
    guard parts.count > 3, let block = Int(parts[1]), let place = Int(parts[3]) else { return nil }
    let isSampler = parts[2] == "downsamplers" || parts[2] == "upsamplers"
    switch parts[0] {
    case "down_blocks": return number("IN", 3 * block + 1 + (isSampler ? 2 : place))
    case "up_blocks": return number("OUT", 3 * block + (isSampler ? 2 : place))
    default: return nil
    }
  }
}
