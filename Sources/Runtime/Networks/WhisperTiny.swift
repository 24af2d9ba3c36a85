import Audio
import Compute
import Weights

/// The encoder of Whisper, alone: a mel spectrogram to the states of all layers.
struct WhisperTiny: CatalogedNetwork {
  let name = "whisper-encoder"
  let summary =
    "Whisper's encoder (whisper-tiny and its kin): log-mel spectrogram to all hidden states"

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights = try source?.checkpoint(["model.safetensors"], embedded: nil).weights ?? .random()
    let file = try source?.configurationIfPresent(["config.json"])
    let configuration = try file.map(WhisperEncoderConfiguration.init) ?? .tiny
    let network = try WhisperEncoder(
      source == nil ? weights["model.encoder"] : weights, configuration: configuration)
    try weights.requireAllConsumed(
      ignoring: ["model.decoder.*", "decoder.*", "proj_out.weight"])
    return OpenedNetwork(
      inputs: [
        .init(
          "mel", ["B", .fixed(configuration.melBins), .fixed(2 * configuration.positions)],
          "log-mel spectrogram, as Whisper's feature extractor gives it")
      ],
      outputs: [
        .init(
          "hidden_states",
          [
            "B", .fixed(configuration.layers + 1), .fixed(configuration.positions),
            .fixed(configuration.width),
          ], "input of the first layer, output of each layer, the last one normalised")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      let states = network(recorder.input("mel", shapes["mel"]!)).map { state in
        state.reshape([state.shape[0], 1, state.shape[1], state.shape[2]])
      }
      recorder.output("hidden_states", Tensor.concatenate(states, axis: 1))
      return recorder.finish()
    }
  }
}
