import Compute
import Motion
import Weights

/// mini's motion network, alone: a window of noised motion to its velocity.
struct MiniMotion: CatalogedNetwork {
  let name = "mini-motion"
  let summary = "mini's motion network: noised motion and what is asked for to velocity"
  let isEmbedded = true

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    guard let source else { throw NetworkError.weightsNeeded(name: name) }
    let folder = "motion"
    let configuration = try MotionConfiguration(
      source.configuration(["config.json"], embedded: "\(folder)/config.json"))
    let checkpoint = try source.checkpoint(
      ["model.safetensors"], embedded: "\(folder)/model.safetensors")
    let weights = checkpoint.weights
    let network = try MotionNetwork(weights, configuration: configuration)
    let frames = TensorSpecification.Axis.fixed(configuration.window)
    return OpenedNetwork(
      inputs: [
        .init(
          "motion", [1, .fixed(configuration.channels.count), frames],
          configuration.channels.map(\.rawValue).joined(separator: ", ")),
        .init(
          "conditions", [1, .fixed(configuration.conditionCount), frames],
          "the strength of \(configuration.actions.map(\.rawValue).joined(separator: ", ")); "
            + "1 where they are told; 1 where the frame is known"),
        .init(
          "sinusoid", [1, .fixed(configuration.width)],
          "cosines, then sines of the timestep (0...999), as diffusers' Timesteps"),
      ],
      outputs: [
        .init("velocity", [1, .fixed(configuration.channels.count), frames], "as v_prediction")
      ],
      parameters: weights.parameters
    ) { _ in network.plan(frames: configuration.window) }
  }
}
