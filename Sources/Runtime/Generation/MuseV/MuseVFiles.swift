import Compute
import Diffusion
import Foundation
import MediaTypes
import Weights

/// One of MuseV's models, with what it needs beside its own folder, as upstream lays its `checkpoints` out:
/// `motion/MODEL`, `IP-Adapter/models/image_encoder`, `vae/sd-vae-ft-mse`, `t2i/sd1.5/majicmixRealv6Fp16`.
struct MuseVFiles {
  let folder: String
  /// The Stable Diffusion whose spatial layers are used.
  let base: String
  /// nil: the base's own.
  let autoencoder: String?
  private let motion: NetworkSource
  private let spatial: NetworkSource
  private let options: MuseVOptions

  /// - Throws: `RuntimeError`: 66 where a folder is not there, 65 where it holds no such model.
  init(_ request: GenerateRequest, model: String) throws {
    guard OutputPath.isFolder(model) else {
      throw RuntimeError.missing(
        "--model \(model): no such folder: give one of MuseV's, such as motion/musev_referencenet")
    }
    guard OutputPath.isFolder("\(model)/unet") else {
      throw RuntimeError.badInput(
        "--model \(model): its folder unet is missing: give one of MuseV's models, such as "
          + "motion/musev_referencenet")
    }
    folder = model
    options = request.museV
    let checkpoints = "\(model)/../.."
    let usualBase = "\(checkpoints)/t2i/sd1.5/majicmixRealv6Fp16"
    guard let base = request.base ?? (OutputPath.isFolder(usualBase) ? usualBase : nil) else {
      throw RuntimeError.usage(
        "--base: is missing: give the Stable Diffusion 1.5 model that MuseV shall animate")
    }
    self.base = base
    let usualAutoencoder = "\(checkpoints)/vae/sd-vae-ft-mse"
    autoencoder =
      request.autoencoder ?? (OutputPath.isFolder(usualAutoencoder) ? usualAutoencoder : nil)
    motion = .path("\(model)/unet")
    spatial = .path("\(base)/unet")
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { (motion.warnings + spatial.warnings).sorted() }

  /// MuseV's UNet with the base's spatial layers in it.
  func unet() throws -> UNet3DCondition {
    let (motion, configuration) = (try motionCheckpoint(), try configuration())
    try checkFit(configuration.spatial)
    var uppers = [try spatial.checkpoint(["diffusion_pytorch_model.safetensors"], embedded: nil)]
    if configuration.variant == .referenceNet,
      let adapter = try UNet3DCondition.imageAdapter(
        of: imageProjectionCheckpoint(), configuration: configuration)
    {
      uppers.insert(adapter, at: 0)
    }
    let weights = WeightScope.layered(uppers, over: motion)
    let network = try UNet3DCondition(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: UNet3DCondition.ignoredKeys)
    return network
  }

  /// The motion model's own; its variant tells whether it takes an image prompt and references.
  func configuration() throws -> UNet3DConfiguration {
    try UNet3DConfiguration(
      motion.configuration(["config.json"], embedded: nil),
      variant: .init(of: motionCheckpoint().weights))
  }

  private func motionCheckpoint() throws -> Checkpoint {
    try motion.checkpoint(["diffusion_pytorch_model.safetensors"], embedded: nil)
  }

  private func checkFit(_ motion: UNetConfiguration) throws {
    let own = try UNetConfiguration(spatial.configuration(["config.json"], embedded: nil))
    guard own.blockOutputChannels == motion.blockOutputChannels,
      own.crossAttentionWidth == motion.crossAttentionWidth,
      own.inputChannels == motion.inputChannels
    else {
      throw RuntimeError.badInput(
        "--base \(base): its unet has \(own.blockOutputChannels) channels, takes "
          + "\(own.inputChannels) and attends to \(own.crossAttentionWidth); --model \(folder) needs "
          + "\(motion.blockOutputChannels), \(motion.inputChannels) and \(motion.crossAttentionWidth)"
          + ": give a Stable Diffusion 1.5 model")
    }
  }

  private func imageProjectionCheckpoint() throws -> Checkpoint {
    let names = ["ip_adapter_image_proj.bin", "ip_adapter_image_proj.safetensors"]
    guard let found = first(names.map { "\(folder)/\($0)" }) else {
      throw RuntimeError.badInput(
        "--model \(folder): its \(names[0]) is missing: copy it from the published model")
    }
    return try Checkpoint(path: found)
  }

  func imageProjection() throws -> ImageProjection {
    let weights = try imageProjectionCheckpoint().weights["image_proj"]
    let network = try ImageProjection(weights)
    try weights.requireAllConsumed()
    return network
  }

  func imageEncoder() throws -> CLIPVisionEncoder {
    let usual = "\(folder)/../../IP-Adapter/models/image_encoder"
    let path = try part(
      options.imageEncoder, "--image-encoder", ["\(folder)/image_encoder", usual],
      "a CLIP ViT-H/14 picture encoder (IP-Adapter's models/image_encoder)")
    return try NetworkSource.path(path).clipVision().encoder
  }

  func referenceNet() throws -> ReferenceNet2D {
    let path = try part(
      options.referenceNet, "--reference-net",
      ["\(folder)/referencenet", "\(folder)/../musev_referencenet/referencenet"],
      "a ReferenceNet (motion/musev_referencenet/referencenet)")
    let source = NetworkSource.path(path)
    let weights = try source.diffusersWeights()
    let network = try ReferenceNet2D(
      weights,
      configuration: ReferenceNet2D.configuration(
        source.configuration(["config.json"], embedded: nil)))
    try weights.requireAllConsumed(ignoring: ReferenceNet2D.ignoredKeys)
    return network
  }

  /// The folder that was given for a part, or that lies where one usually does.
  private func part(
    _ given: String?, _ option: String, _ usual: [String], _ what: String
  ) throws -> String {
    if let given {
      guard first([given]) != nil else {
        throw RuntimeError.missing("\(option) \(given): there is no such folder: check the path")
      }
      return given
    }
    guard let found = first(usual) else {
      throw RuntimeError.missing("--model \(folder): needs \(what): name one with \(option)")
    }
    return found
  }

  private func first(_ paths: [String]) -> String? {
    paths.first(where: FileManager.default.fileExists)
  }
}
