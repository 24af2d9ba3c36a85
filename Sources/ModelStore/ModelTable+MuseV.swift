/// MuseV, which animates a person from a picture (github.com/TMElyralab/MuseV).
///
/// Listed for its terms and files; this version can't run it. Its images' base model, `majicmixRealv6Fp16`, is any complete diffusers folder of Stable Diffusion 1.5.
extension ModelTable {
  static let museV = PublishedModel(
    name: "musev", summary: "an avatar in motion from a picture", isRunnable: false,
    parts: [motion, referenceNet, imageProjection, museVAutoencoder])

  private static let museVLicence = Licence(
    "MuseV's own", commercialUse: .forbidden,
    remark: "the README allows non-commercial research only; the code is MIT")

  private static let folder = "motion/musev_referencenet"

  private static func file(_ name: String, in folder: String) -> PublishedFile {
    PublishedFile(
      name, origin: .huggingFace(repository: "TMElyralab/MuseV", path: "\(folder)/\(name)"))
  }

  private static let motion = ModelPart(
    role: .unet, title: "MuseV motion UNet", licence: museVLicence, folder: "\(folder)/unet",
    weights: file("diffusion_pytorch_model.bin", in: "\(folder)/unet"),
    configuration: file("config.json", in: "\(folder)/unet"),
    telltale: "down_blocks.0.temp_convs.0.conv1.2.weight")

  private static let referenceNet = ModelPart(
    role: .referenceNet, title: "MuseV ReferenceNet", licence: museVLicence,
    folder: "\(folder)/referencenet",
    weights: file("diffusion_pytorch_model.bin", in: "\(folder)/referencenet"),
    configuration: file("config.json", in: "\(folder)/referencenet"),
    telltale: "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_k.weight")

  private static let imageProjection = ModelPart(
    role: .imageProjection, title: "MuseV image projection", licence: museVLicence, folder: folder,
    weights: file("ip_adapter_image_proj.bin", in: folder), telltale: "image_proj.proj.weight")

  /// The one that MuseTalk uses, where MuseV's `checkpoints` has it.
  private static let museVAutoencoder = ModelPart(
    role: .vae, title: autoencoder.title, licence: autoencoder.licence, folder: autoencoder.folder,
    otherFolders: autoencoder.otherFolders + ["vae/sd-vae-ft-mse"], weights: autoencoder.weights,
    configuration: autoencoder.configuration, telltale: autoencoder.telltale)
}
