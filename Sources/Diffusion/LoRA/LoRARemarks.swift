import Foundation
import Weights

/// What diffusers writes into a LoRA file beside its tensors.
enum LoRARemarks {
  /// The part of the changes that is added, alpha over rank, by network; empty where nothing is said.
  static func scales(
    _ checkpoint: Checkpoint
  ) throws(WeightsError) -> [LoRAFile.Network: Float] {
    guard let text = checkpoint.metadata["lora_adapter_metadata"] else { return [:] }
    guard
      let fields = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    else {
      throw .malformed(file: checkpoint.name, reason: "its lora_adapter_metadata is no JSON object")
    }
    var scales: [LoRAFile.Network: Float] = [:]
    for (prefix, network) in [("unet", LoRAFile.Network.unet), ("text_encoder", .textEncoder)] {
      func number(_ name: String) -> Double? {
        (fields["\(prefix).\(name)"] as? NSNumber)?.doubleValue
      }
      func isSet(_ name: String) -> Bool {
        switch fields["\(prefix).\(name)"] {
        case let pattern as [String: Any]: !pattern.isEmpty
        case let flag as Bool: flag
        default: false
        }
      }
      let unknown = ["alpha_pattern", "rank_pattern", "use_dora", "use_rslora"].filter(isSet)
      guard unknown.isEmpty else {
        throw .malformed(
          file: checkpoint.name,
          reason: "it uses \(unknown[0]), which is not read: convert it to kohya's form")
      }
      if let alpha = number("lora_alpha"), let rank = number("r"), rank > 0 {
        scales[network] = Float(alpha / rank)
      }
    }
    return scales
  }
}
