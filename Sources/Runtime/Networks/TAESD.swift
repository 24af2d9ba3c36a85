import Compute
import Diffusion
import Weights

/// The encoder of a tiny autoencoder, alone: a picture to latents.
struct TAESDEncoder: CatalogedNetwork {
  let name = "taesd-encoder"
  let summary = "tiny autoencoder for Stable Diffusion (TAESD): picture to latents"
  let publishedSizes = ["H": 256, "W": 256]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let (weights, configuration) = try openTinyAutoencoder(source, original: "taesd_encoder")
    let network = try AutoencoderTinyEncoder(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: AutoencoderTinyEncoder.ignoredKeys)
    return OpenedNetwork(
      inputs: [
        .init("image", ["B", .fixed(configuration.inputChannels), "H", "W"], "RGB in [-1, 1]")
      ],
      outputs: [
        .init(
          "latents", ["B", .fixed(configuration.latentChannels), "h", "w"],
          "scaled as the UNet takes them; h = H / \(1 << (configuration.encoderBlocks.count - 1))")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("latents", network(recorder.input("image", shapes["image"]!)))
      return recorder.finish()
    }
  }
}

/// The decoder of a tiny autoencoder, alone: latents to a picture.
struct TAESDDecoder: CatalogedNetwork {
  let name = "taesd-decoder"
  let summary = "tiny autoencoder for Stable Diffusion (TAESD): latents to picture"
  let publishedSizes = ["h": 32, "w": 32]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let (weights, configuration) = try openTinyAutoencoder(source, original: "taesd_decoder")
    let network = try AutoencoderTinyDecoder(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: AutoencoderTinyDecoder.ignoredKeys)
    return OpenedNetwork(
      inputs: [
        .init(
          "latents", ["B", .fixed(configuration.latentChannels), "h", "w"],
          "scaled as the UNet gives them")
      ],
      outputs: [
        .init(
          "image", ["B", .fixed(configuration.outputChannels), "H", "W"],
          "RGB, about [-1, 1] and not clamped")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("image", network(recorder.input("latents", shapes["latents"]!)))
      return recorder.finish()
    }
  }
}

/// diffusers publishes both halves in one file with a configuration, the original is two files without.
func openTinyAutoencoder(
  _ source: NetworkSource?, original: String
) throws -> (weights: WeightScope, configuration: AutoencoderTinyConfiguration) {
  guard let source else { return (.random(), .init()) }
  let names = ["diffusion_pytorch_model.safetensors", "\(original).safetensors"]
  let weights = try source.checkpoint(names, embedded: nil).weights
  let file = try source.configurationIfPresent(["config.json"])
  return (weights, try file.map(AutoencoderTinyConfiguration.init) ?? .init(detectedIn: weights))
}
