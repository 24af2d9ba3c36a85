/// MuseTalk, which repaints the mouth of a face in latents (github.com/TMElyralab/MuseTalk).
///
/// Folders and origins are those of its `download_weights.sh`. Sizes and checksums are those that several independent projects have pinned; those of
/// version 1.0's UNet aren't known.
extension ModelTable {
  static let museTalk15 = PublishedModel(
    name: "musetalk-1.5", summary: "lip-sync of 256 x 256 faces, version 1.5 of March 2025",
    parts: [museTalkUNet15] + museTalkParts)

  static let museTalk10 = PublishedModel(
    name: "musetalk-1.0", summary: "lip-sync of 256 x 256 faces, version 1.0 of April 2024",
    parts: [museTalkUNet10] + museTalkParts)

  /// What both versions use.
  private static let museTalkParts = [autoencoder, whisper, landmarks, faceDetector, faceParser]

  private static let museTalkLicence = Licence(
    "MIT, CreativeML OpenRAIL-M", commercialUse: .allowed,
    remark: "the makers' README allows commercial use; the model card adds OpenRAIL-M's limits")

  private static let museTalkUNet15 = ModelPart(
    role: .unet, title: "MuseTalk 1.5 UNet", licence: museTalkLicence, folder: "musetalkV15",
    weights: PublishedFile(
      "unet.pth", otherNames: ["unet.safetensors", "diffusion_pytorch_model.safetensors"],
      origin: .huggingFace(repository: "TMElyralab/MuseTalk", path: "musetalkV15/unet.pth"),
      byteCount: 3_400_074_924,
      sha256: "7ebf6c98c181e20838e4c0054e96e944ac60d5d692cc01db42839fe11b787007"),
    configuration: PublishedFile(
      "musetalk.json", otherNames: ["config.json"],
      origin: .huggingFace(repository: "TMElyralab/MuseTalk", path: "musetalkV15/musetalk.json")),
    telltale: unetTelltale)

  private static let museTalkUNet10 = ModelPart(
    role: .unet, title: "MuseTalk 1.0 UNet", licence: museTalkLicence, folder: "musetalk",
    weights: PublishedFile(
      "pytorch_model.bin", otherNames: ["model.safetensors"],
      origin: .huggingFace(repository: "TMElyralab/MuseTalk", path: "musetalk/pytorch_model.bin")),
    configuration: PublishedFile(
      "musetalk.json", otherNames: ["config.json"],
      origin: .huggingFace(repository: "TMElyralab/MuseTalk", path: "musetalk/musetalk.json")),
    telltale: unetTelltale)

  private static let unetTelltale =
    "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"

  static let autoencoder = ModelPart(
    role: .vae, title: "sd-vae-ft-mse", licence: Licence("MIT", commercialUse: .allowed),
    folder: "sd-vae", otherFolders: ["sd-vae-ft-mse", "vae/sd-vae-ft-mse"],
    weights: PublishedFile(
      "diffusion_pytorch_model.bin", otherNames: ["diffusion_pytorch_model.safetensors"],
      origin: .huggingFace(
        repository: "stabilityai/sd-vae-ft-mse", path: "diffusion_pytorch_model.bin"),
      byteCount: 334_707_217,
      sha256: "1b4889b6b1d4ce7ae320a02dedaeff1780ad77d415ea0d744b476155c6377ddc"),
    configuration: PublishedFile(
      "config.json",
      origin: .huggingFace(repository: "stabilityai/sd-vae-ft-mse", path: "config.json")),
    telltale: "decoder.mid_block.resnets.0.conv1.weight")

  private static let whisper = ModelPart(
    role: .whisper, title: "whisper-tiny", licence: Licence("Apache-2.0", commercialUse: .allowed),
    folder: "whisper",
    weights: PublishedFile(
      "pytorch_model.bin", otherNames: ["model.safetensors"],
      origin: .huggingFace(repository: "openai/whisper-tiny", path: "pytorch_model.bin"),
      byteCount: 151_095_027,
      sha256: "9607f98a2b22d9e229ae43c52ecea79dcede9e0c5cfae67e8da6eda86d8aac1d"),
    configuration: PublishedFile(
      "config.json", origin: .huggingFace(repository: "openai/whisper-tiny", path: "config.json")),
    telltale: "encoder.layers.0.self_attn.k_proj.weight")

  static let landmarks = ModelPart(
    role: .landmarks, title: "DWPose", licence: Licence("Apache-2.0", commercialUse: .allowed),
    folder: "dwpose",
    weights: PublishedFile(
      "dw-ll_ucoco_384.pth", otherNames: ["dwpose.safetensors"],
      origin: .huggingFace(repository: "yzd-v/DWPose", path: "dw-ll_ucoco_384.pth"),
      byteCount: 406_878_486,
      sha256: "0d9408b13cd863c4e95a149dd31232f88f2a12aa6cf8964ed74d7d97748c7a07"),
    telltale: "head.cls_x.weight")

  private static let faceDetector = ModelPart(
    role: .faceDetector, title: "S3FD",
    licence: Licence(
      "none stated", commercialUse: .unclear,
      remark: "the weights of the face-alignment project, whose code is BSD-3-Clause"),
    folder: "s3fd",
    weights: PublishedFile(
      "s3fd-619a316812.pth", otherNames: ["s3fd.pth", "s3fd.safetensors"],
      origin: .web(url: "https://www.adrianbulat.com/downloads/python-fan/s3fd-619a316812.pth"),
      byteCount: 89_843_225,
      sha256: "619a31681264d3f7f7fc7a16a42cbbe8b23f31a256f75a366e5a1bcd59b33543"),
    telltale: "conv3_3_norm_mbox_conf.weight")

  private static let faceParser = ModelPart(
    role: .faceParser, title: "BiSeNet (face-parse-bisent)",
    licence: Licence(
      "none stated", commercialUse: .unclear,
      remark: "the weights of face-parsing.PyTorch, whose code is MIT"),
    folder: "face-parse-bisent", otherFolders: ["face-parse-bisenet"],
    weights: PublishedFile(
      "79999_iter.pth", otherNames: ["bisenet.safetensors"],
      origin: .huggingFace(
        repository: "ManyOtherFunctions/face-parse-bisent", path: "79999_iter.pth"),
      pages: ["https://drive.google.com/file/d/154JgKpzCPW82qINcVieuPH3fZ2e0P812"],
      byteCount: 53_289_463,
      sha256: "468e13ca13a9b43cc0881a9f99083a430e9c0a38abd935431d1c28ee94b26567"),
    telltale: "ffm.convblk.conv.weight")
}
