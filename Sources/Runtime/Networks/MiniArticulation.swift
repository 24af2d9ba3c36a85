import Audio
import Compute
import Weights

/// mini's first stage, alone: two seconds of sound to the articulation of every 20 ms.
struct MiniArticulation: CatalogedNetwork {
  let name = "mini-articulation"
  let summary = "mini's audio network: log-mel spectrogram to articulation, closure and voice"
  let isEmbedded = true

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    guard let source else { throw NetworkError.weightsNeeded(name: name) }
    let folder = "articulation"
    let file = try source.configuration(
      ["config.json"], embedded: "\(folder)/config.json")
    let checkpoint = try source.checkpoint(
      ["model.safetensors"], embedded: "\(folder)/model.safetensors")
    let weights = checkpoint.weights
    let network = try ArticulationNetwork(weights, configuration: file)
    let outputs = ArticulationNetwork.outputs
    return OpenedNetwork(
      inputs: [
        .init(
          "mel", ["B", 80, .fixed(2 * ArticulationNetwork.positions)],
          "log-mel spectrogram of two seconds, normalised as the model card says")
      ],
      outputs: [
        .init(
          "outputs",
          ["B", .fixed(ArticulationNetwork.kept.count), .fixed(outputs.count)],
          "\(outputs.joined(separator: ", ")), before their activations, of the middle second")
      ],
      parameters: weights.parameters
    ) { shapes in network.plan(batch: shapes["mel"]![0]) }
  }
}
