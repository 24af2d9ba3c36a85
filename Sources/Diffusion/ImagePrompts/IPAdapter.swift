public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/ip_adapter.py, and diffusers 0.42, loaders/ip_adapter.py.

/// A file that has a Stable Diffusion 1.x look at a picture beside the prompt (Ye and others, 2023): what makes tokens of the
/// picture, and keys and values for each of the UNet's attentions to the text.
public struct IPAdapter: Sendable {
  /// What tokens are made of.
  public enum Projection: Sendable {
    /// CLIP's embedding of the picture: `ip-adapter_sd15`.
    case embedding(ImageProjection)
    /// All of CLIP's last but one states: `ip-adapter-plus_sd15`.
    case states(ImageResampler)
  }

  public let projection: Projection
  private let checkpoint: Checkpoint

  /// - Throws: `WeightsError`; `.configuration` for a file of another kind.
  public init(_ checkpoint: Checkpoint) throws(WeightsError) {
    self.checkpoint = checkpoint
    let weights = checkpoint.weights["image_proj"]
    if weights.contains("latents"), !weights.contains("perceiver_resampler.proj_in.weight") {
      projection = .states(try ImageResampler(weights))
    } else if weights.contains("proj.weight") {
      projection = .embedding(try ImageProjection(weights))
    } else {
      throw .configuration(
        file: checkpoint.name,
        reason: "it is no IP-Adapter or IP-Adapter-Plus for Stable Diffusion 1.x "
          + "(\(weights.impression)): use ip-adapter_sd15 or ip-adapter-plus_sd15")
    }
    try weights.requireAllConsumed()
  }

  /// Width of a token.
  public var channels: Int {
    switch projection {
    case .embedding(let projection): projection.channels
    case .states(let resampler): resampler.channels
    }
  }

  /// Width of what CLIP gives.
  public var width: Int {
    switch projection {
    case .embedding(let projection): projection.width
    case .states(let resampler): resampler.width
    }
  }

  /// Keys and values for a UNet, under its names, that belong over its own tensors.
  ///
  /// - Throws: `WeightsError.missing` where there are not as many as it has attentions, `.malformed` where there are more.
  public func attentions(of configuration: UNetConfiguration) throws(WeightsError) -> Checkpoint {
    let own = checkpoint.keys.filter { $0.hasPrefix("ip_adapter.") }
    var names: [String: String] = [:]
    for (index, attention) in configuration.contextAttentions.enumerated() {
      for name in ["to_k_ip.weight", "to_v_ip.weight"] {
        // Even numbers are self-attentions', which have none.
        names["\(attention).\(name)"] = "ip_adapter.\(2 * index + 1).\(name)"
      }
    }
    let used = Set(names.values)
    if let other = own.first(where: { !used.contains($0) }) {
      throw .malformed(
        file: checkpoint.name,
        reason: "\"\(other)\" belongs to no attention of the model: use an IP-Adapter for Stable "
          + "Diffusion 1.x")
    }
    return try checkpoint.renamed(names)
  }
}
