/// MuseV, which animates a person from a picture (github.com/TMElyralab/MuseV).
///
/// Folders are those of its `checkpoints`. The Stable Diffusion 1.5 whose spatial layers it takes is not among the parts: any complete diffusers folder goes, such as its
/// `t2i/sd1.5/majicmixRealv6Fp16`.
extension ModelTable {
  static let museV = PublishedModel(
    name: "musev", summary: "a video from a picture; temporal layers only", purpose: .video,
    parts: [motion("musev"), museVAutoencoder])

  static let museVReferenceNet = PublishedModel(
    name: "musev-referencenet", summary: "a video from a picture, whose look is kept",
    purpose: .video,
    parts: [
      motion("musev_referencenet"), imageProjection("musev_referencenet"), referenceNet,
      imageEncoder, museVAutoencoder,
    ])

  static let museVReferenceNetPose = PublishedModel(
    name: "musev-referencenet-pose", summary: "the same, trained with poses", purpose: .video,
    parts: [
      motion("musev_referencenet_pose"), imageProjection("musev_referencenet_pose"), referenceNet,
      imageEncoder, museVAutoencoder,
    ])

  private static let museVLicence = Licence(
    "MuseV's own", commercialUse: .forbidden,
    remark: "the README allows non-commercial research only; the code is MIT")

  private static func file(
    _ name: String, otherNames: [String] = [], in folder: String
  ) -> PublishedFile {
    PublishedFile(
      name, otherNames: otherNames,
      origin: .huggingFace(repository: "TMElyralab/MuseV", path: "\(folder)/\(name)"))
  }

  private static let weights = "diffusion_pytorch_model.bin"
  private static let otherWeights = ["diffusion_pytorch_model.safetensors"]

  private static func motion(_ model: String) -> ModelPart {
    let folder = "motion/\(model)/unet"
    return ModelPart(
      role: .unet, title: "MuseV motion UNet", licence: museVLicence, folder: folder,
      weights: file(weights, otherNames: otherWeights, in: folder),
      configuration: file("config.json", in: folder),
      telltale: "down_blocks.0.temp_convs.0.conv1.2.weight")
  }

  private static func imageProjection(_ model: String) -> ModelPart {
    let folder = "motion/\(model)"
    return ModelPart(
      role: .imageProjection, title: "MuseV image projection", licence: museVLicence,
      folder: folder, weights: file("ip_adapter_image_proj.bin", in: folder),
      telltale: "image_proj.proj.weight")
  }

  private static let referenceNet: ModelPart = {
    let folder = "motion/musev_referencenet/referencenet"
    return ModelPart(
      role: .referenceNet, title: "MuseV ReferenceNet", licence: museVLicence, folder: folder,
      weights: file(weights, otherNames: otherWeights, in: folder),
      configuration: file("config.json", in: folder),
      telltale: "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k.weight")
  }()

  static let imageEncoder: ModelPart = {
    let path = "models/image_encoder"
    func file(_ name: String, otherNames: [String] = []) -> PublishedFile {
      PublishedFile(
        name, otherNames: otherNames,
        origin: .huggingFace(repository: "h94/IP-Adapter", path: "\(path)/\(name)"))
    }
    return ModelPart(
      role: .imageEncoder, title: "CLIP ViT-H/14 of IP-Adapter",
      licence: Licence("Apache-2.0", commercialUse: .allowed), folder: "IP-Adapter/\(path)",
      weights: file("model.safetensors", otherNames: ["pytorch_model.bin"]),
      configuration: file("config.json"), telltale: "visual_projection.weight")
  }()

  /// The one that MuseTalk uses, where MuseV's `checkpoints` has it; MuseTalk's own copy goes.
  private static let museVAutoencoder = ModelPart(
    role: .vae, title: autoencoder.title, licence: autoencoder.licence, folder: "vae/sd-vae-ft-mse",
    otherFolders: [autoencoder.folder] + autoencoder.otherFolders, weights: autoencoder.weights,
    configuration: autoencoder.configuration, telltale: autoencoder.telltale)
}
