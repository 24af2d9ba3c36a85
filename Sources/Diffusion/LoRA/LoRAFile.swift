import Compute
import Foundation
public import Weights

/// A file of low-rank changes to a Stable Diffusion 1.x (LoRA), as the programs that train them write it.
///
/// Read are kohya's names (`lora_unet_…`, `lora_te_…`, with convolutions as LoCon and LyCORIS have them), PEFT's and those that diffusers had before.
public struct LoRAFile: Sendable {
  /// The network that a change belongs to.
  public enum Network: Sendable {
    case unet, textEncoder
  }

  /// One layer's tensors, by their names in the file.
  struct Layer: Sendable {
    var up: String?
    var down: String?
    var mid: String?
    var alpha: String?
  }

  private let checkpoint: Checkpoint
  /// By network and the layer's name there.
  private let layers: [LoRALayerName: Layer]
  /// How much of the changes diffusers' own remarks say is added, by network; files of others say it in tensors.
  private let scales: [Network: Float]

  /// Reads the file's names.
  ///
  /// - Throws: `WeightsError.malformed` where a tensor is none of a LoRA's for Stable Diffusion 1.x.
  public init(_ checkpoint: Checkpoint) throws(WeightsError) {
    self.checkpoint = checkpoint
    var layers: [LoRALayerName: Layer] = [:]
    var unknown: [String] = []
    for key in checkpoint.keys {
      guard let (name, part) = LoRALayerName.parse(key) else {
        unknown.append(key)
        continue
      }
      layers[name, default: Layer()][keyPath: part] = key
    }
    unknown += layers.values.filter { $0.up == nil || $0.down == nil }
      .compactMap { $0.up ?? $0.down ?? $0.mid ?? $0.alpha }
    guard unknown.isEmpty, !layers.isEmpty else {
      throw Self.unusable(checkpoint, unknown.sorted())
    }
    self.layers = layers
    scales = try LoRARemarks.scales(checkpoint)
  }

  private static func unusable(_ checkpoint: Checkpoint, _ keys: [String]) -> WeightsError {
    let named = keys.first.map { " (\"\($0)\")" } ?? ""
    return .malformed(
      file: checkpoint.name,
      reason: "\(keys.isEmpty ? "no" : "\(keys.count)") tensors are not those of a LoRA for Stable "
        + "Diffusion 1.x\(named): use one that is")
  }

  /// Whether the file changes `network` at all.
  public func changes(_ network: Network) -> Bool { layers.keys.contains { $0.network == network } }

  /// What it adds to the tensors in `weights`, `network`'s, times `strength` and what `blocks` say, by the tensors' names there.
  ///
  /// - Throws: `WeightsError.malformed` where a layer is none of the network's, of another size (one for another base), or in
  ///   none of `blocks`.
  public func changes(
    of network: Network, in weights: WeightScope, strength: Double,
    blocks: LoRABlockWeights? = nil
  ) throws(WeightsError) -> [String: [LowRankChange]] {
    let names = LoRALayerName.table(of: weights)
    var result: [String: [LowRankChange]] = [:]
    var unknown: [String] = []
    for (layer, parts) in layers.sorted(by: { $0.key.key < $1.key.key })
    where layer.network == network {
      guard let name = names[layer.key] else {
        unknown.append(parts.up ?? "")
        continue
      }
      guard let factor = blocks.map({ $0.factor(of: name, in: network) }) ?? 1 else {
        throw .malformed(
          file: checkpoint.name,
          reason: "\"\(parts.up ?? "")\" is in none of the 17 blocks: give 26 numbers after lbw=")
      }
      let change = try change(parts, network, strength * factor)
      guard let shape = weights.storedShape(name), let change,
        change.count == shape.reduce(1, *)
      else {
        throw .malformed(
          file: checkpoint.name,
          reason:
            "\"\(parts.up ?? "")\" does not fit the model's \(weights.storedShape(name) ?? []): "
            + "use a LoRA for Stable Diffusion 1.x")
      }
      result[name, default: []].append(change)
    }
    guard unknown.isEmpty else { throw Self.unusable(checkpoint, unknown.sorted()) }
    return result
  }

  private func change(
    _ layer: Layer, _ network: Network, _ strength: Double
  ) throws(WeightsError) -> LowRankChange? {
    guard let up = try tensor(layer.up), let down = try tensor(layer.down), up.shape.count >= 2
    else { return nil }
    let alpha = try tensor(layer.alpha)?.values.first.map { $0 / Float(up.shape[1]) }
    return LowRankChange(
      up: up, down: down, mid: try tensor(layer.mid),
      scale: Float(strength) * (alpha ?? scales[network] ?? 1))
  }

  private func tensor(
    _ key: String?
  ) throws(WeightsError) -> (shape: [Int], values: [Float])? {
    guard let key else { return nil }
    let tensor = try checkpoint.tensor(key)
    return (tensor.shape, tensor.values)
  }
}
