import Compute
import Diffusion
import Weights

/// CLIP's picture encoder with its projection, alone: a normalised picture to its embedding.
struct CLIPVision: CatalogedNetwork {
  let name = "clip-vision"
  let summary = "CLIP's picture encoder (ViT-H/14 for IP-Adapters): a picture to its embedding"

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let network = try source?.clipVision()
    let weights = network?.weights ?? .random()
    let encoder = try network?.encoder ?? CLIPVisionEncoder(weights)
    let size = encoder.configuration.pictureSize
    return OpenedNetwork(
      inputs: [
        .init(
          "image", ["B", 3, .fixed(size), .fixed(size)], "RGB, by CLIP's means and deviations")
      ],
      outputs: [
        .init("embedding", ["B", .fixed(encoder.configuration.projectionWidth)], "not normalised")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("embedding", encoder(recorder.input("image", shapes["image"]!)))
      return recorder.finish()
    }
  }
}

extension NetworkSource {
  /// The picture encoder of a folder that transformers wrote, and its weights, all of which it has taken.
  func clipVision() throws -> (encoder: CLIPVisionEncoder, weights: WeightScope) {
    let weights = try checkpoint(["model.safetensors"], embedded: nil).weights
    let encoder = try CLIPVisionEncoder(
      weights, configuration: CLIPVisionConfiguration(configuration(["config.json"], embedded: nil))
    )
    try weights.requireAllConsumed(ignoring: CLIPVisionEncoder.ignoredKeys)
    return (encoder, weights)
  }
}
