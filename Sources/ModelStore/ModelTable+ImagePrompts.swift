/// IP-Adapters of Stable Diffusion 1.5, which look at a picture or its face beside the prompt (github.com/tencent-ailab/IP-Adapter).
///
/// Names are those of their files. Folders are those of MuseV's `checkpoints`, where an adapter has its picture encoder beside it.
extension ModelTable {
  static let imagePrompts = [
    imagePrompt("ip-adapter_sd15", "looks at a picture"),
    imagePrompt("ip-adapter_sd15_light", "the same, with less weight beside the prompt"),
    imagePrompt("ip-adapter-plus_sd15", "looks at a picture closely"),
    imagePrompt("ip-adapter-plus-face_sd15", "looks at a picture of a face closely"),
    imagePrompt("ip-adapter-full-face_sd15", "looks at all of a picture of a face"),
    faceID("ip-adapter-faceid_sd15", "looks at who a face is", parts: []),
    faceID("ip-adapter-faceid-plus_sd15", "looks at a face, too", parts: [imageEncoder]),
    faceID("ip-adapter-faceid-plusv2_sd15", "the same, version 2", parts: [imageEncoder]),
  ]

  private static func imagePrompt(_ name: String, _ summary: String) -> PublishedModel {
    let telltale =
      name.contains("-plus")
      ? "latents" : name.contains("-full") ? "proj.3.weight" : "proj.weight"
    return PublishedModel(
      name: name, summary: "image prompt: \(summary)", purpose: .imagePrompt,
      parts: [
        ModelPart(
          role: .imagePrompt, title: name,
          licence: Licence("Apache-2.0", commercialUse: .allowed), folder: "IP-Adapter/models",
          weights: PublishedFile(
            "\(name).safetensors", otherNames: ["\(name).bin"],
            origin: .huggingFace(
              repository: "h94/IP-Adapter", path: "models/\(name).safetensors")),
          telltale: "image_proj.\(telltale)"),
        imageEncoder,
      ])
  }

  private static func faceID(
    _ name: String, _ summary: String, parts: [ModelPart]
  ) -> PublishedModel {
    let adapter = ModelPart(
      role: .imagePrompt, title: name,
      licence: Licence(
        "none stated", commercialUse: .forbidden,
        remark: "the model card allows research only, as insightface's models do"),
      folder: "IP-Adapter-FaceID",
      weights: PublishedFile(
        "\(name).bin",
        origin: .huggingFace(repository: "h94/IP-Adapter-FaceID", path: "\(name).bin")),
      telltale: "image_proj.proj.0.weight")
    return PublishedModel(
      name: name, summary: "image prompt: \(summary)", purpose: .imagePrompt,
      parts: [adapter] + parts + [faceRecognition])
  }

  /// insightface's own library keeps it in `buffalo_l` of its folder.
  private static let faceRecognition = ModelPart(
    role: .faceRecognition, title: "insightface buffalo_l, w600k_r50",
    licence: Licence(
      "insightface's own", commercialUse: .forbidden,
      remark: "its models are for non-commercial research only; the code is MIT"),
    folder: "buffalo_l",
    weights: PublishedFile(
      "w600k_r50.onnx",
      origin: .byHand(
        page: "https://github.com/deepinsight/insightface/releases/download/v0.7/buffalo_l.zip")),
    telltale: "PRelu")
}
