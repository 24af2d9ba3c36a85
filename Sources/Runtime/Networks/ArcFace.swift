import Compute
import Face
import Weights

/// insightface's face network, alone: an aligned face to who it is.
struct ArcFace: CatalogedNetwork {
  let name = "arcface"
  let summary = "IResNet of insightface's ArcFace: aligned face to the embedding that FaceID takes"

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights = try source?.faceRecognition().weights ?? .random()
    let network = try IResNet(weights)
    try weights.requireAllConsumed(ignoring: IResNet.ignoredKeys)
    return OpenedNetwork(
      inputs: [
        .init(
          "image", ["B", 3, .fixed(network.inputSize), .fixed(network.inputSize)],
          "RGB, (x - 127.5) / 127.5, eyes, nose and mouth in their places")
      ],
      outputs: [.init("embedding", ["B", .fixed(network.width)], "of any length")],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("embedding", network(recorder.input("image", shapes["image"]!)))
      return recorder.finish()
    }
  }
}
