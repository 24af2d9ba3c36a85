import Diffusion
import Foundation
import MediaTypes
import ModelStore
import Weights

/// A ControlNet's files: a folder in diffusers' layout, or a single file.
struct ControlNetFiles {
  let choice: ControlChoice
  private let source: NetworkSource
  private let isFolder: Bool

  /// - Throws: `RuntimeError`, 66, where nothing is there; `ModelStoreError`, 69, for a model that is not installed.
  init(_ choice: ControlChoice) throws {
    self.choice = choice
    if let model = try NamedParts.locate(choice.path, among: NamedParts.controlNets) {
      (source, isFolder) = (.path(FilePath.folder(of: try model.weights(.controlNet))), true)
      return
    }
    guard FileManager.default.fileExists(atPath: choice.path) else {
      throw RuntimeError.missing(
        "--control \(choice.path): no such folder or file: give a ControlNet of Stable Diffusion 1.5"
      )
    }
    source = .path(choice.path)
    isFolder = OutputPath.isFolder(choice.path)
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { source.warnings }

  /// The network, which must have been made for a UNet of shape `unet`, whose latents are `reduction` times smaller than pictures.
  ///
  /// - Throws: `RuntimeError`, 65, for one that was made for another; `WeightsError`.
  func network(for unet: UNetConfiguration, reduction: Int) throws -> ControlNet {
    let checkpoint: Checkpoint
    var configuration: ControlNetConfiguration
    if isFolder {
      let file = try source.configuration(["config.json"], embedded: nil)
      try refuseXL(file)
      configuration = try ControlNetConfiguration(file)
      try check(configuration, unet, reduction)
      checkpoint = try source.checkpoint(["diffusion_pytorch_model.safetensors"], embedded: nil)
    } else {
      let file = try source.checkpoint([], embedded: nil)
      let single = try SingleFileControlNet(file, spatial: unet)
      (checkpoint, configuration) = (single.checkpoint, single.configuration)
      // Nothing in the file tells.
      configuration.poolsGlobally = choice.kind == .shuffle
      try check(try shown(by: checkpoint, configuration), unet, reduction)
    }
    let weights = checkpoint.weights
    let network = try ControlNet(weights, configuration: configuration)
    try weights.requireAllConsumed()
    return network
  }

  private func refuseXL(_ file: ConfigurationFile) throws {
    guard let field = file.fields["addition_embed_type"], field != .null else { return }
    throw unfit("it is a ControlNet of Stable Diffusion XL")
  }

  /// `configuration` with the widths that the tensors of a single file have.
  private func shown(
    by checkpoint: Checkpoint, _ configuration: ControlNetConfiguration
  ) throws -> ControlNetConfiguration {
    var configuration = configuration
    let weights = checkpoint.weights
    let first = try weights.size(of: "conv_in.weight")
    let width = try weights.size(
      of: "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight", axis: 1)
    configuration.spatial.blockOutputChannels[0] = first
    configuration.spatial.crossAttentionWidth = .all(width)
    return configuration
  }

  private func check(
    _ control: ControlNetConfiguration, _ unet: UNetConfiguration, _ reduction: Int
  ) throws {
    let own = control.spatial
    guard own.blockOutputChannels == unet.blockOutputChannels,
      own.contextWidth == unet.contextWidth, own.inputChannels == unet.inputChannels
    else {
      throw unfit(
        "it has \(own.blockOutputChannels) channels and attends to \(own.contextWidth) values, the "
          + "base's unet has \(unet.blockOutputChannels) and attends to \(unet.contextWidth)")
    }
    guard own.downChannels == unet.downChannels else {
      throw unfit(
        "its blocks have \(own.downChannels.count) pictures, the base's \(unet.downChannels.count)")
    }
    guard control.pictureChannels == 3, control.pictureScale == reduction else {
      throw unfit(
        "it takes pictures of \(control.pictureChannels) channels, \(control.pictureScale) times the "
          + "latents' size, not of 3 channels, \(reduction) times that size")
    }
  }

  private func unfit(_ what: String) -> RuntimeError {
    .badInput(
      "--control \(choice.path): \(what): take a ControlNet of Stable Diffusion 1.5, as the base is"
    )
  }
}
