/// ControlNets 1.1 of Stable Diffusion 1.5 (github.com/lllyasviel/ControlNet-v1-1-nightly), under the names of their repositories.
extension ModelTable {
  static let controlNets = [
    controlNet("control_v11p_sd15_openpose", "pose"),
    controlNet("control_v11p_sd15_canny", "canny"),
    controlNet("control_v11f1p_sd15_depth", "depth"),
    controlNet("control_v11f1e_sd15_tile", "tile"),
    controlNet("control_v11p_sd15_softedge", "softedge"),
    controlNet("control_v11p_sd15_scribble", "scribble"),
    controlNet("control_v11p_sd15_lineart", "lineart"),
    controlNet("control_v11p_sd15_normalbae", "normalbae"),
    controlNet("control_v11p_sd15_seg", "seg"),
    controlNet("control_v11p_sd15_mlsd", "mlsd"),
    controlNet("control_v11e_sd15_shuffle", "shuffle"),
  ]

  /// `kind` is what `--control` calls its pictures.
  private static func controlNet(_ name: String, _ kind: String) -> PublishedModel {
    func file(_ file: String, otherNames: [String] = []) -> PublishedFile {
      PublishedFile(
        file, otherNames: otherNames,
        origin: .huggingFace(repository: "lllyasviel/\(name)", path: file))
    }
    return PublishedModel(
      name: name, summary: "ControlNet: --control \(kind)=\(name)", purpose: .control,
      parts: [
        ModelPart(
          role: .controlNet, title: name,
          licence: Licence(
            "CreativeML OpenRAIL-M", commercialUse: .allowed,
            remark: "allows commercial use, within its limits on what may be made"),
          folder: name,
          weights: file(
            "diffusion_pytorch_model.bin", otherNames: ["diffusion_pytorch_model.safetensors"]),
          configuration: file("config.json"),
          telltale: "controlnet_cond_embedding.conv_in.weight")
      ])
  }
}
