import Compute
import LipSync
import MediaTypes
import Weights

/// mini's painter, alone: an aligned crop and an articulation to the fields that move and paint the mouth.
struct MiniPainterFields: CatalogedNetwork {
  let name = "mini-painter"
  let summary =
    "mini's picture network: aligned crop and articulation to flow, mask and inner mouth"
  let isEmbedded = true

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    guard let source else { throw NetworkError.weightsNeeded(name: name) }
    let (unetName, embeddingName) = (
      "diffusion_pytorch_model.safetensors", "articulation_embedding.safetensors"
    )
    let unet = try source.checkpoint([unetName], embedded: "painter/\(unetName)")
    let embedding = try source.companion(embeddingName, embedded: "painter/\(embeddingName)")
    let network = try MiniPainterNetwork(
      configuration: source.configuration(["config.json"], embedded: "painter/config.json"),
      unet: unet, embedding: embedding)
    let side = MiniPainterNetwork.cropSize
    return OpenedNetwork(
      inputs: [
        .init(
          "crop", [1, 3, .fixed(side), .fixed(side)], "RGB in [-1, 1], aligned to eyes and mouth"),
        .init(
          "articulation", [1, .fixed(Articulation.names.count)],
          Articulation.names.joined(separator: ", ")),
      ],
      outputs: [
        .init("flow", [1, 2, .fixed(side / 4), .fixed(side / 4)], "x and y in half crop widths"),
        .init("mask", [1, 1, .fixed(side), .fixed(side)], "share of the inner mouth, 0 to 1"),
        .init("inner", [1, 3, .fixed(side), .fixed(side)], "RGB of the inner mouth in [-1, 1]"),
      ],
      parameters: [unet, embedding].flatMap { checkpoint in
        checkpoint.keys.map { .init(key: $0, shape: checkpoint.info($0)!.shape) }
      }
    ) { _ in network.plan() }
  }
}
