import Compute
import Diffusion
import Weights

/// The encoder of Stable Diffusion's autoencoder, alone: a picture to the distribution of its latents.
struct VAEEncoder: CatalogedNetwork {
  let name = "vae-encoder"
  let summary = "Stable Diffusion's autoencoder (sd-vae-ft-mse): picture to latents"
  let publishedSizes = ["H": 256, "W": 256]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let (weights, configuration) = try openAutoencoder(source)
    let network = try AutoencoderKLEncoder(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: AutoencoderKLEncoder.ignoredKeys)
    let (least, latents) = (configuration.reduction, configuration.latentChannels)
    return OpenedNetwork(
      inputs: [
        .init(
          "image",
          ["B", .fixed(configuration.inputChannels), .atLeast(least, "H"), .atLeast(least, "W")],
          "RGB in [-1, 1]")
      ],
      outputs: [
        .init("mean", ["B", .fixed(latents), "h", "w"], "latents, unscaled; h = H / \(least)"),
        .init("logvar", ["B", .fixed(latents), "h", "w"], "logarithm of their variance, clamped"),
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      let moments = network(recorder.input("image", shapes["image"]!))
      recorder.output("mean", moments.mean)
      recorder.output("logvar", moments.logVariance)
      return recorder.finish()
    }
  }
}

/// The decoder of Stable Diffusion's autoencoder, alone: latents to a picture.
struct VAEDecoder: CatalogedNetwork {
  let name = "vae-decoder"
  let summary = "Stable Diffusion's autoencoder (sd-vae-ft-mse): latents to picture"
  let publishedSizes = ["h": 32, "w": 32]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let (weights, configuration) = try openAutoencoder(source)
    let network = try AutoencoderKLDecoder(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: AutoencoderKLDecoder.ignoredKeys)
    return OpenedNetwork(
      inputs: [
        .init(
          "latents", ["B", .fixed(configuration.latentChannels), "h", "w"],
          "unscaled: already divided by \(configuration.scalingFactor)")
      ],
      outputs: [
        .init(
          "image", ["B", .fixed(configuration.outputChannels), "H", "W"],
          "RGB, about [-1, 1] and not clamped; H = \(configuration.reduction) h")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("image", network(recorder.input("latents", shapes["latents"]!)))
      return recorder.finish()
    }
  }
}

/// Both halves lie in one file; a configuration beside it is believed rather than the shapes.
func openAutoencoder(
  _ source: NetworkSource?
) throws -> (weights: WeightScope, configuration: AutoencoderKLConfiguration) {
  guard let source else { return (.random(), .stableDiffusion) }
  let names = ["diffusion_pytorch_model.safetensors", "vae.safetensors", "model.safetensors"]
  let checkpoint = try source.checkpoint(names, embedded: nil)
  if let original = SingleFileAutoencoder(checkpoint) {
    let weights = try original.weights().weights
    let beside = try source.configurationIfPresent(["config.json"])
    // Beside a single file there may be another network's.
    let isOwn = beside?.fields["_class_name"] == .string("AutoencoderKL")
    return (weights, try isOwn ? .init(beside!) : .init(detectedIn: weights))
  }
  let weights = checkpoint.weights
  let file = try source.configurationIfPresent(["config.json"])
  return (weights, try file.map(AutoencoderKLConfiguration.init) ?? .init(detectedIn: weights))
}
