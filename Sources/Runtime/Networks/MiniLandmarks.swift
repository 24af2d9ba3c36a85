import Compute
import Face
import Weights

/// mini's landmark network, alone: a face crop to 35 points.
struct MiniLandmarks: CatalogedNetwork {
  let name = "mini-landmarks"
  let summary = "mini's face network: crop to 35 landmarks and whether there is a face"
  let isEmbedded = true

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    guard let source else { throw NetworkError.weightsNeeded(name: name) }
    let folder = "landmarks"
    let file = try source.configuration(["config.json"], embedded: "\(folder)/config.json")
    let checkpoint = try source.checkpoint(
      ["model.safetensors"], embedded: "\(folder)/model.safetensors")
    let configuration = try file.decode(LandmarkNetwork.Configuration.self)
    let weights = checkpoint.weights
    let network = try LandmarkNetwork(weights, configuration: configuration)
    return OpenedNetwork(
      inputs: [
        .init(
          "image", ["B", 3, .fixed(configuration.inputSize), .fixed(configuration.inputSize)],
          "RGB in [-1, 1], a square around an upright face")
      ],
      outputs: [
        .init(
          "outputs", ["B", .fixed(2 * configuration.landmarks + 1)],
          "x and y of each landmark in [-1, 1] across the crop, then a logit: is there a face")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("outputs", network(recorder.input("image", shapes["image"]!)))
      return recorder.finish()
    }
  }
}
