import Compute
import Diffusion
import Foundation
import MediaTypes
import Weights

/// A Stable Diffusion 1.x model as diffusers keeps it: a folder with a folder for each network.
struct StableDiffusionFolder {
  let path: String
  private let textEncoder: NetworkSource
  private let unetSource: NetworkSource
  private let autoencoder: NetworkSource
  /// Whether the autoencoder was named, so that a single file's own does not count.
  private let isAutoencoderChosen: Bool
  private let loras: LoRAStack
  /// Takes the place of the folder's UNet and text encoder, and of its autoencoder where it has one.
  private let singleFile: SingleFileModel?

  /// The model that `request` names.
  ///
  /// - Throws: `RuntimeError`: 64 where it names none, else as the other.
  init(_ request: GenerateRequest) throws {
    guard let base = request.base else {
      throw RuntimeError.usage(
        "--base: is missing: give a Stable Diffusion 1.5 model in diffusers' layout")
    }
    try self.init(base, request, autoencoder: request.autoencoder)
  }

  /// - Throws: `RuntimeError` with 66 where there is no such folder, 65 where it holds another kind of model.
  ///   `request` tells what is put into the model: LoRAs, and another file's networks.
  init(_ path: String, _ request: GenerateRequest, autoencoder: String?) throws {
    guard OutputPath.isFolder(path) else {
      throw RuntimeError.missing(
        "--base \(path): no such folder: give a Stable Diffusion 1.5 model in diffusers' layout")
    }
    if OutputPath.isFolder("\(path)/text_encoder_2") {
      throw RuntimeError.badInput(
        "--base \(path): this is a model of Stable Diffusion XL: give one of Stable Diffusion 1.5")
    }
    for part in ["text_encoder", "unet", "vae", "tokenizer"]
    where !OutputPath.isFolder("\(path)/\(part)") {
      throw RuntimeError.badInput(
        "--base \(path): its folder \(part) is missing: give a whole model in diffusers' layout")
    }
    if let autoencoder, !FileManager.default.fileExists(atPath: autoencoder) {
      throw RuntimeError.missing(
        "--vae \(autoencoder): there is no such file or folder: check the path")
    }
    self.path = path
    loras = try LoRAStack(request.loras)
    singleFile = try request.checkpoint.map { try SingleFileModel(Checkpoint(path: $0)) }
    textEncoder = .path("\(path)/text_encoder")
    unetSource = .path("\(path)/unet")
    self.autoencoder = .path(autoencoder ?? "\(path)/vae")
    isAutoencoderChosen = autoencoder != nil
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] {
    [textEncoder, unetSource, autoencoder].flatMap(\.warnings).sorted()
  }

  func scheduler() throws -> SchedulerConfiguration {
    let file = "\(path)/scheduler/scheduler_config.json"
    guard FileManager.default.fileExists(atPath: file) else { return SchedulerConfiguration() }
    return try SchedulerConfiguration(ConfigurationFile(path: file))
  }

  /// The text encoder with its tokenizer; `embeddings` are files of textual inversions, known by their names.
  func promptEncoder(
    skippedLayers: Int, embeddings: [String], device: any Device
  ) throws -> PromptEncoder {
    let checkpoint =
      try singleFile?.textEncoder()
      ?? textEncoder.checkpoint(["model.safetensors"], embedded: nil)
    let configuration = try textConfiguration(skippedLayers: skippedLayers)
    let weights = try loras.merged(into: checkpoint.weights, .textEncoder)
    let encoder = try CLIPTextEncoder(weights, configuration: configuration)
    let table = try TokenEmbeddings(weights, checkpoint: checkpoint, configuration: configuration)
    try weights.requireAllConsumed(ignoring: CLIPTextEncoder.ignoredKeys)
    let inversions = try inversions(embeddings, configuration)
    return try PromptEncoder(
      encoder, tokenizer: CLIPTokenizer(folder: "\(path)/tokenizer"),
      embedding: PromptEmbedding(table, inversions: inversions), skippedLayers: skippedLayers,
      device: device)
  }

  private func textConfiguration(skippedLayers: Int) throws -> CLIPTextConfiguration {
    let configuration = try CLIPTextConfiguration(
      textEncoder.configuration(["config.json"], embedded: nil))
    guard skippedLayers < configuration.layers else {
      throw RuntimeError.usage(
        "--clip-skip \(skippedLayers + 1): this model's text encoder has \(configuration.layers) layers"
      )
    }
    return configuration
  }

  private func inversions(
    _ files: [String], _ configuration: CLIPTextConfiguration
  ) throws -> [String: [[Float]]] {
    var inversions: [String: [[Float]]] = [:]
    for file in files {
      inversions[FilePath.stem(of: file)] = try TextualInversion(
        Checkpoint(path: file), width: configuration.width
      ).vectors
    }
    return inversions
  }

  /// Refuses, before any work, words that the text encoder can't take in.
  ///
  /// - Throws: `RuntimeError`, 64, for layers to skip that it does not have; what reading a textual inversion throws.
  func check(_ request: GenerateRequest) throws {
    let configuration = try textConfiguration(skippedLayers: request.clipSkip - 1)
    _ = try inversions(request.embeddings, configuration)
  }

  func unetConfiguration() throws -> UNetConfiguration {
    try UNetConfiguration(unetSource.configuration(["config.json"], embedded: nil))
  }

  /// The UNet, with what an image prompt's `adapter` adds to it.
  func unet(adapter: IPAdapter? = nil) throws -> UNet2DCondition {
    let configuration = try unetConfiguration()
    let own = try singleFile?.unet(configuration)
    let plain =
      try adapter.map {
        try WeightScope.layered(
          [$0.attentions(of: configuration)],
          over: own
            ?? unetSource.checkpoint(["diffusion_pytorch_model.safetensors"], embedded: nil))
      } ?? own?.weights ?? unetSource.diffusersWeights()
    let weights = try loras.merged(
      into: adapter.map { try $0.changing(plain, configuration) } ?? plain, .unet)
    guard configuration.inputChannels == 4, configuration.outputChannels == 4 else {
      throw RuntimeError.badInput(
        "--base \(path): its unet takes \(configuration.inputChannels) channels (inpainting?): "
          + "give a model that takes 4")
    }
    if let adapter, adapter.projection.channels != configuration.contextWidth {
      throw RuntimeError.badInput(
        "--ip-adapter: its tokens have \(adapter.projection.channels) values, the model's unet takes "
          + "\(configuration.contextWidth): use one for Stable Diffusion 1.x")
    }
    let network = try UNet2DCondition(
      weights, configuration: configuration, image: adapter?.projection.channels)
    try weights.requireAllConsumed()
    return network
  }

  func latentAutoencoder() throws -> LatentAutoencoder {
    if !isAutoencoderChosen, let own = singleFile?.autoencoder {
      return try openLatentAutoencoder(own)
    }
    return try openLatentAutoencoder(autoencoder)
  }
}

extension IPAdapter {
  /// A UNet's `weights` with what a FaceID changes in them.
  fileprivate func changing(
    _ weights: WeightScope, _ configuration: UNetConfiguration
  ) throws -> WeightScope {
    guard let file = try lora(of: configuration) else { return weights }
    return weights.changed(by: try file.changes(of: .unet, in: weights, strength: 1))
  }
}
