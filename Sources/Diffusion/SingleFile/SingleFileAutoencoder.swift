public import Weights

/// Stable Diffusion's autoencoder under the names of its original code: in a file of its own, or within a whole checkpoint.
public struct SingleFileAutoencoder: Sendable {
  private let checkpoint: Checkpoint
  /// What stands before its names, such as `first_stage_model.`.
  private let prefix: String

  private static let telltale = "decoder.mid.block_1.conv1.weight"
  /// What an autoencoder consists of; files of its training hold a `loss` and means (`model_ema`) beside it.
  private static let parts = ["encoder.", "decoder.", "quant_conv.", "post_quant_conv."]

  /// nil where the file holds none under these names.
  public init?(_ checkpoint: Checkpoint) {
    let first = Self.telltale
    let places = checkpoint.keys.filter { $0 == first || $0.hasSuffix(".\(first)") }
    // A whole checkpoint may hold means of the autoencoder, too.
    guard
      let place = places.first(where: { !$0.contains("ema.") })
    else { return nil }
    prefix = String(place.dropLast(first.count))
    self.checkpoint = checkpoint
  }

  /// The tensors as diffusers names them.
  ///
  /// - Throws: `WeightsError.malformed` for names within it that are not known.
  public func weights() throws(WeightsError) -> Checkpoint {
    let own = checkpoint.keys.filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
      .filter { key in Self.parts.contains { key.hasPrefix($0) } }
    let levels = (0...).prefix { level in own.contains { $0.hasPrefix("decoder.up.\(level).") } }
      .count
    var names: [String: String] = [:]
    for key in own {
      guard let name = SingleFileName.autoencoder(key, levels: levels) else {
        throw .malformed(
          file: checkpoint.name, reason: "\"\(prefix)\(key)\" is none of an autoencoder's tensors")
      }
      names[name] = prefix + key
    }
    return try checkpoint.renamed(names)
  }
}

extension SingleFileName {
  private static let pictureLayers = [
    "norm1": "norm1", "conv1": "conv1", "norm2": "norm2", "conv2": "conv2",
    "nin_shortcut": "conv_shortcut",
  ]
  private static let attentionLayers = [
    "norm": "group_norm", "q": "to_q", "k": "to_k", "v": "to_v", "proj_out": "to_out.0",
  ]

  /// One of the autoencoder's tensors, whose decoder has `levels` levels and counts them from the last; nil for names that
  /// are not known.
  static func autoencoder(_ name: Substring, levels: Int) -> String? {
    let parts = name.split(separator: ".").map(String.init)
    guard let kind = parts.last, parts.count >= 2 else { return nil }
    guard parts[0] == "encoder" || parts[0] == "decoder" else { return String(name) }
    let layer = Array(parts[1..<(parts.count - 1)])
    let inside: String? =
      switch layer.first {
      case "conv_in", "conv_out": layer.count == 1 ? layer[0] : nil
      case "norm_out": layer.count == 1 ? "conv_norm_out" : nil
      case "mid": autoencoderMiddle(layer)
      case "down", "up": autoencoderLevel(layer, levels: levels)
      default: nil
      }
    return inside.map { "\(parts[0]).\($0).\(kind)" }
  }

  /// `mid.block_1.conv1`, `mid.attn_1.q`.
  private static func autoencoderMiddle(_ layer: [String]) -> String? {
    guard layer.count == 3 else { return nil }
    switch layer[1] {
    case "block_1": return pictureLayers[layer[2]].map { "mid_block.resnets.0.\($0)" }
    case "block_2": return pictureLayers[layer[2]].map { "mid_block.resnets.1.\($0)" }
    case "attn_1": return attentionLayers[layer[2]].map { "mid_block.attentions.0.\($0)" }
    default: return nil
    }
  }

  /// `down.0.block.1.conv1`, `up.3.upsample.conv`.
  private static func autoencoderLevel(_ layer: [String], levels: Int) -> String? {
    guard layer.count >= 4, let level = Int(layer[1]) else { return nil }
    let isUp = layer[0] == "up"
    let block = isUp ? "up_blocks.\(levels - 1 - level)" : "down_blocks.\(level)"
    switch layer[2] {
    case "block":
      guard layer.count == 5 else { return nil }
      return pictureLayers[layer[4]].map { "\(block).resnets.\(layer[3]).\($0)" }
    case "downsample": return isUp ? nil : "\(block).downsamplers.0.conv"
    case "upsample": return isUp ? "\(block).upsamplers.0.conv" : nil
    default: return nil
    }
  }
}
