public import Weights

/// A ControlNet of Stable Diffusion 1.x in one file, under diffusers' names or those of its original code (lllyasviel/ControlNet,
/// cldm/cldm.py).
public struct SingleFileControlNet: Sendable {
  /// The network's tensors, as diffusers names them.
  public let checkpoint: Checkpoint
  /// Its shape: the first half of the UNet that it was made for, and as many convolutions over the control picture as it has.
  public let configuration: ControlNetConfiguration

  private static let firstHint = "input_hint_block.0.weight"

  /// `spatial` is the UNet's shape; whether the file fits it is for the network to find.
  ///
  /// - Throws: `WeightsError.malformed` for a ControlNet of another generation, `.missing` or `.foreign` for no ControlNet.
  public init(_ file: Checkpoint, spatial: UNetConfiguration) throws(WeightsError) {
    let keys = file.keys
    let isXL = keys.contains { $0.contains("add_embedding.") || $0.contains("label_emb.") }
    guard !isXL else {
      throw .malformed(
        file: file.name,
        reason: "it is a ControlNet of Stable Diffusion XL: use one of Stable Diffusion 1.5")
    }
    let original = keys.first { $0.hasSuffix(Self.firstHint) }
    checkpoint =
      try original.map { key throws(WeightsError) in
        try Self.renamed(
          file, prefix: String(key.dropLast(Self.firstHint.count)),
          layers: spatial.layersPerBlock[0])
      } ?? file
    let hints = checkpoint.weights["controlnet_cond_embedding"]
    var widths = [try hints.size(of: "conv_in.weight")]
    // Every second convolution leads to the next width.
    for index in 0..<hints.count(of: { "blocks.\($0).weight" }) / 2 {
      widths.append(try hints.size(of: "blocks.\(2 * index + 1).weight"))
    }
    var configuration = ControlNetConfiguration(spatial: spatial)
    configuration.spatial.tokenEpsilon = UNetConfiguration().tokenEpsilon
    configuration.pictureChannels = try hints.size(of: "conv_in.weight", axis: 1)
    configuration.hintChannels = widths
    self.configuration = configuration
  }

  /// The tensors below `prefix`, `control_model.` in published files.
  private static func renamed(
    _ file: Checkpoint, prefix: String, layers: Int
  ) throws(WeightsError) -> Checkpoint {
    let found = file.keys.filter { $0.hasPrefix(prefix) }
    let hints = found.compactMap { SingleFileName.hintLayer($0.dropFirst(prefix.count)) }
    var names: [String: String] = [:]
    for key in found {
      let name = key.dropFirst(prefix.count)
      // A name that is not known stays, and is reported as a tensor of no layer.
      names[
        SingleFileName.controlNet(name, layers: layers, lastHint: hints.max() ?? 0) ?? String(name)
      ] = key
    }
    return try file.renamed(names)
  }
}

extension SingleFileName {
  /// The number of a layer over the control picture; nil for other tensors.
  static func hintLayer(_ name: Substring) -> Int? {
    let parts = name.split(separator: ".")
    return parts.count == 3 && parts[0] == "input_hint_block" ? Int(parts[1]) : nil
  }

  /// One of a ControlNet's tensors; nil for names that are not known.
  ///
  /// The layers over the control picture are convolutions with activations between, up to number `lastHint`.
  static func controlNet(_ name: Substring, layers: Int, lastHint: Int) -> String? {
    let parts = name.split(separator: ".")
    guard parts.count >= 3, let kind = parts.last else { return nil }
    switch parts[0] {
    case "middle_block_out": return "controlnet_mid_block.\(kind)"
    case "zero_convs": return "controlnet_down_blocks.\(parts[1]).\(kind)"
    case "input_hint_block":
      let place = "controlnet_cond_embedding"
      return hintLayer(name).map { layer in
        switch layer {
        case 0: "\(place).conv_in.\(kind)"
        case lastHint: "\(place).conv_out.\(kind)"
        default: "\(place).blocks.\(layer / 2 - 1).\(kind)"
        }
      }
    default: return unet(name, layers: layers)
    }
  }
}
