public import Weights

/// A Stable Diffusion 1.x in one file, under the names of its original code, as people share checkpoints.
///
/// Its networks are seen under the names that diffusers and transformers give their tensors.
public struct SingleFileModel: Sendable {
  private let checkpoint: Checkpoint
  /// What stands before all names: `state_dict.` in PyTorch's own format.
  private let prefix: String

  private static let unetPrefix = "model.diffusion_model."
  private static let textPrefix = "cond_stage_model.transformer."

  /// - Throws: `WeightsError.malformed` for a file of another kind, or another generation of Stable Diffusion.
  public init(_ checkpoint: Checkpoint) throws(WeightsError) {
    self.checkpoint = checkpoint
    let keys = checkpoint.keys
    let first = Self.unetPrefix + "input_blocks.0.0.weight"
    guard let found = keys.first(where: { $0 == first || $0.hasSuffix("." + first) }) else {
      throw Self.unusable(checkpoint, "it is no Stable Diffusion under its original names")
    }
    let prefix = String(found.dropLast(first.count))
    self.prefix = prefix
    func has(_ name: String) -> Bool { keys.contains { $0.hasPrefix(prefix + name) } }
    guard !has("conditioner.") else {
      throw Self.unusable(checkpoint, "it is a Stable Diffusion XL")
    }
    guard has(Self.textPrefix) else {
      throw Self.unusable(
        checkpoint,
        has("cond_stage_model.") ? "it is a Stable Diffusion 2" : "it has no text encoder")
    }
  }

  private static func unusable(_ checkpoint: Checkpoint, _ what: String) -> WeightsError {
    .malformed(file: checkpoint.name, reason: "\(what): use a whole Stable Diffusion 1.x")
  }

  /// The autoencoder, which some files leave out.
  public var autoencoder: SingleFileAutoencoder? { SingleFileAutoencoder(checkpoint) }

  /// The text encoder's tensors, as transformers names them.
  public func textEncoder() throws(WeightsError) -> Checkpoint {
    let place = prefix + Self.textPrefix
    var names: [String: String] = [:]
    for key in checkpoint.keys where key.hasPrefix(place) {
      names[String(key.dropFirst(place.count))] = key
    }
    return try checkpoint.renamed(names)
  }

  /// The UNet's tensors, as diffusers names them; `configuration` tells how its layers are counted.
  public func unet(_ configuration: UNetConfiguration) throws(WeightsError) -> Checkpoint {
    let place = prefix + Self.unetPrefix
    let layers = configuration.layersPerBlock[0]
    guard (0..<configuration.levels).allSatisfy({ configuration.layersPerBlock[$0] == layers })
    else {
      throw Self.unusable(checkpoint, "its blocks have different numbers of layers")
    }
    var names: [String: String] = [:]
    for key in checkpoint.keys where key.hasPrefix(place) {
      let name = key.dropFirst(place.count)
      // A name that is not known stays, and is reported as a tensor of no layer.
      names[SingleFileName.unet(name, layers: layers) ?? String(name)] = key
    }
    return try checkpoint.renamed(names)
  }
}
