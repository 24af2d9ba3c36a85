import Foundation
import MediaTypes
import ModelStore

/// Where the parts of one of MuseV's models lie: installed, or in a folder as upstream lays its `checkpoints` out, `motion/MODEL`
/// beside `IP-Adapter`, `vae` and `t2i`.
struct MuseVPlaces {
  /// As the request named it.
  let model: String
  /// The folder or file of the UNet.
  let unet: String
  /// Where the base model and the autoencoder lie if the request names none; they need not be there.
  let base: String
  let autoencoder: String
  private let projections: [String]
  private let encoders: [String]
  private let referenceNets: [String]
  private let options: MuseVOptions

  /// - Throws: `RuntimeError`: 66 for a folder that is not there, 65 for one without a UNet, 64 for a model that makes no videos; `ModelStoreError`, 69, for
  ///   one that is not installed or not known.
  init(_ model: String, options: MuseVOptions) throws {
    if ModelTable.models.contains(where: { $0.name == model }) {
      try self.init(ModelStore.locate(model), options: options)
    } else {
      try self.init(folder: model, options: options)
    }
  }

  private init(folder model: String, options: MuseVOptions) throws {
    guard OutputPath.isFolder(model) else {
      throw RuntimeError(
        "--model \(model): no model or folder of this name: use one of \(Self.names), or a folder "
          + "such as checkpoints/motion/musev_referencenet",
        exitCode: model.contains("/") ? .missingInput : .modelNotInstalled)
    }
    guard OutputPath.isFolder("\(model)/unet") else {
      throw RuntimeError.badInput(
        "--model \(model): its folder unet is missing: give one of MuseV's models, such as "
          + "checkpoints/motion/musev_referencenet")
    }
    let checkpoints = "\(model)/../.."
    (self.model, self.options) = (model, options)
    unet = "\(model)/unet"
    base = "\(checkpoints)/t2i/sd1.5/majicmixRealv6Fp16"
    autoencoder = "\(checkpoints)/vae/sd-vae-ft-mse"
    projections = ["bin", "safetensors"].map { "\(model)/ip_adapter_image_proj.\($0)" }
    encoders = ["\(checkpoints)/IP-Adapter/models/image_encoder"]
    referenceNets = ["\(model)/referencenet", "\(model)/../musev_referencenet/referencenet"]
  }

  /// - Throws: `RuntimeError`, 64, for a model that makes no videos.
  init(_ installed: InstalledModel, options: MuseVOptions) throws {
    guard installed.published.purpose == .video else {
      throw RuntimeError.usage(
        "--model \(installed.name): makes no videos from pictures: use one of \(Self.names)")
    }
    func path(_ role: ModelRole) -> String { (try? installed.weights(role)) ?? "" }
    (model, self.options) = (installed.name, options)
    unet = try installed.weights(.unet)
    base = ""
    autoencoder = path(.vae)
    projections = [path(.imageProjection)]
    encoders = [path(.imageEncoder)]
    referenceNets = [path(.referenceNet)]
  }

  private static var names: String {
    ModelTable.models.filter { $0.purpose == .video }.map(\.name).joined(separator: ", ")
  }

  func imageProjection() throws -> String {
    guard let found = first(projections) else {
      throw RuntimeError.badInput(
        "--model \(model): its ip_adapter_image_proj.bin is missing: copy it from the published model"
      )
    }
    return found
  }

  func imageEncoder() throws -> String {
    try part(
      options.imageEncoder, "--image-encoder", encoders,
      "a CLIP ViT-H/14 picture encoder (IP-Adapter's models/image_encoder)")
  }

  func referenceNet() throws -> String {
    try part(
      options.referenceNet, "--reference-net", referenceNets,
      "a ReferenceNet (motion/musev_referencenet/referencenet)")
  }

  /// What was given for a part, or lies where it usually does.
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
      throw RuntimeError.missing("--model \(model): needs \(what): name one with \(option)")
    }
    return found
  }

  /// Tells one version of the weights from another, by sizes and times of the files that the request does not name.
  func identity() throws -> String {
    let bases = ["unet", "vae", "text_encoder"].map { "\(base)/\($0)" }
    let parts = [
      projections, options.imageEncoder == nil ? encoders : [],
      options.referenceNet == nil ? referenceNets : [], [autoencoder],
    ].compactMap(first)
    return try ([unet] + parts + bases.compactMap { first([$0]) }).map(FileIdentity.describe)
      .joined(separator: "\n")
  }

  /// The first of `paths` that is there.
  func first(_ paths: [String]) -> String? {
    paths.first(where: FileManager.default.fileExists)
  }
}
