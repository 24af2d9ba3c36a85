public import Weights

// After tencent-ailab/IP-Adapter 1.0, ip_adapter/ip_adapter.py and ip_adapter_faceid.py, and diffusers 0.42, loaders/ip_adapter.py.

/// A file that has a Stable Diffusion 1.x look at a picture beside the prompt (Ye and others, 2023): what makes tokens of the
/// picture, and keys and values for each of the UNet's attentions to the text.
public struct IPAdapter: Sendable {
  /// What tokens are made of.
  public enum Projection: Sendable {
    /// CLIP's embedding of the picture: `ip-adapter_sd15`.
    case embedding(ImageProjection)
    /// All of CLIP's last but one states: `ip-adapter-plus_sd15`.
    case states(ImageResampler)
    /// The same, each by itself: `ip-adapter-full-face_sd15`.
    case eachState(StateProjection)
    /// A face's embedding: `ip-adapter-faceid_sd15`.
    case face(FaceProjection)
    /// A face's embedding, and CLIP's states of the face: `ip-adapter-faceid-plus_sd15` and its version 2.
    case closeFace(FaceResampler)

    /// Width of a token.
    public var channels: Int {
      switch self {
      case .embedding(let projection): projection.channels
      case .states(let resampler): resampler.channels
      case .eachState(let projection): projection.channels
      case .face(let projection): projection.channels
      case .closeFace(let resampler): resampler.channels
      }
    }

    /// Width of what it takes, a picture's or a face's.
    public var width: Int {
      switch self {
      case .embedding(let projection): projection.width
      case .states(let resampler): resampler.width
      case .eachState(let projection): projection.width
      case .face(let projection): projection.width
      case .closeFace(let resampler): resampler.width
      }
    }
  }

  public let projection: Projection
  private let checkpoint: Checkpoint

  /// - Throws: `WeightsError`; `.configuration` for a file of another kind.
  public init(_ checkpoint: Checkpoint) throws(WeightsError) {
    self.checkpoint = checkpoint
    let weights = checkpoint.weights["image_proj"]
    if weights.contains("perceiver_resampler.proj_in.weight") {
      // Only the published name tells the second version.
      let name = checkpoint.name.split(separator: "/").last ?? ""
      projection = .closeFace(
        try FaceResampler(weights, addsToEmbedding: name.lowercased().contains("plusv2")))
    } else if weights.contains("latents") {
      projection = .states(try ImageResampler(weights))
    } else if weights.contains("proj.weight") {
      projection = .embedding(try ImageProjection(weights))
    } else if weights.contains("proj.3.weight") {
      projection = .eachState(try StateProjection(weights))
    } else if weights.contains("proj.0.weight"), weights.contains("norm.weight") {
      projection = .face(try FaceProjection(weights))
    } else {
      throw .configuration(
        file: checkpoint.name,
        reason:
          "it is no IP-Adapter, IP-Adapter-Plus or IP-Adapter-FaceID for Stable Diffusion 1.x "
          + "(\(weights.impression)): use ip-adapter_sd15, ip-adapter-plus_sd15 or ip-adapter-faceid_sd15"
      )
    }
    try weights.requireAllConsumed()
  }

  /// Whether it looks at faces only.
  public var isFaceID: Bool {
    switch projection {
    case .face, .closeFace: true
    case .embedding, .states, .eachState: false
    }
  }

  /// Keys and values for a UNet, under its names, that belong over its own tensors.
  ///
  /// With `asFace` they get the names that MuseV has for those of a face, beside those of its own image prompt.
  ///
  /// - Throws: `WeightsError.missing` where there are not as many as it has attentions, `.malformed` where there are more.
  public func attentions(
    of configuration: UNetConfiguration, asFace: Bool = false
  ) throws(WeightsError) -> Checkpoint {
    let own = checkpoint.keys.filter {
      $0.hasPrefix("ip_adapter.") && !($0.contains("_lora.") && isFaceID)
    }
    var names: [String: String] = [:]
    for (index, attention) in configuration.contextAttentions.enumerated() {
      for name in ["to_k_ip.weight", "to_v_ip.weight"] {
        // Even numbers are self-attentions', which have none.
        names["\(attention).\(asFace ? "ip_adapter_face_" : "")\(name)"] =
          "ip_adapter.\(2 * index + 1).\(name)"
      }
    }
    let used = Set(names.values)
    if let other = own.first(where: { !used.contains($0) }) { throw foreign(other) }
    return try checkpoint.renamed(names)
  }

  /// What a FaceID changes in a UNet's own attentions; nil where it changes nothing.
  ///
  /// - Throws: `WeightsError.malformed` where it belongs to a UNet with other attentions.
  public func lora(of configuration: UNetConfiguration) throws(WeightsError) -> LoRAFile? {
    guard isFaceID else { return nil }
    let attentions = configuration.contextAttentions.flatMap {
      // Each attention to the text is the second of its block.
      [$0.dropLast() + "1", $0]
    }
    var names: [String: String] = [:]
    for key in checkpoint.keys where key.hasPrefix("ip_adapter.") && key.contains("_lora.") {
      let parts = key.split(separator: ".", maxSplits: 2)
      guard parts.count == 3, let number = Int(parts[1]), attentions.indices.contains(number)
      else { throw foreign(key) }
      names["\(attentions[number]).processor.\(parts[2])"] = key
    }
    return names.isEmpty ? nil : try LoRAFile(checkpoint.renamed(names))
  }

  private func foreign(_ key: String) -> WeightsError {
    .malformed(
      file: checkpoint.name,
      reason: "\"\(key)\" belongs to no attention of the model: use an IP-Adapter for Stable "
        + "Diffusion 1.x")
  }
}
