import Compute
import Diffusion
import Weights

/// MuseV's ReferenceNet, alone: clean latents of reference pictures to what it sees in them.
struct MuseVReferenceNet: CatalogedNetwork {
  let name = "musev-referencenet"
  let summary = "MuseV's ReferenceNet: latents of reference pictures to its pictures of them"
  let publishedSizes = ["h": 64, "w": 64, "S": 4]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights = try source?.diffusersWeights() ?? .random()
    let file = try source?.configurationIfPresent(["config.json"])
    let configuration = try file.map(ReferenceNet2D.configuration) ?? .stableDiffusion1
    let network = try ReferenceNet2D(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: ReferenceNet2D.ignoredKeys)
    return OpenedNetwork(
      inputs: [
        .init(
          "latents", ["B", .fixed(configuration.inputChannels), "h", "w"],
          "clean latents times 0.18215; the timestep is 0"),
        .init(
          "context", ["B", "S", .fixed(configuration.contextWidth)],
          "the image prompt's tokens, or the text's embedding"),
      ],
      outputs: configuration.encoderOutputs, parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      let latents = recorder.input("latents", shapes["latents"]!)
      let context = recorder.input("context", shapes["context"]!)
      recorder.output(network(latents, context: context))
      return recorder.finish()
    }
  }
}

/// A ControlNet of Stable Diffusion 1.x, alone: latents and a control picture to what is added to a UNet.
struct ControlNetNetwork: CatalogedNetwork {
  let name = "controlnet"
  let summary = "ControlNet of Stable Diffusion 1.x: latents and a control picture to residuals"
  let publishedSizes = ["h": 64, "w": 64, "L": 77]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights = try source?.diffusersWeights() ?? .random()
    let file = try source?.configurationIfPresent(["config.json"])
    let configuration = try file.map(ControlNetConfiguration.init) ?? .init()
    let network = try ControlNet(weights, configuration: configuration)
    try weights.requireAllConsumed()
    let spatial = configuration.spatial
    let scale = configuration.pictureScale
    return OpenedNetwork(
      inputs: [
        .init("latents", ["B", .fixed(spatial.inputChannels), "h", "w"], "scaled as for the UNet"),
        .init(
          "timestep", [1, .fixed(spatial.blockOutputChannels[0])],
          "the timestep's sinusoid: cosines, then sines"),
        .init("text", ["B", "L", .fixed(spatial.contextWidth)], "the text's embedding"),
        .init(
          "control",
          [
            "B", .fixed(configuration.pictureChannels), .multiple(scale, "h"),
            .multiple(scale, "w"),
          ], "the control picture, from 0 to 1"),
      ],
      outputs: spatial.encoderOutputs, parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      func input(_ name: String) -> Tensor { recorder.input(name, shapes[name]!) }
      recorder.output(
        network(
          input("latents"), timestep: input("timestep"), context: input("text"),
          control: input("control")))
      return recorder.finish()
    }
  }
}

/// The projection of an image prompt, alone: CLIP's embedding of an image to tokens.
struct ImageProjectionNetwork: CatalogedNetwork {
  let name = "musev-image-projection"
  let summary = "IP-Adapter's and MuseV's image projection: an image's embedding to tokens"

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights =
      try source?.checkpoint(["ip_adapter_image_proj.safetensors"], embedded: nil)
      .weights(with: "proj.weight") ?? .random()
    let network = try ImageProjection(weights)
    try weights.requireAllConsumed()
    return OpenedNetwork(
      inputs: [
        .init(
          "embedding", ["B", .fixed(network.width)],
          "CLIP's embedding of the image; 0 where none is given")
      ],
      outputs: [
        .init("tokens", ["B", .fixed(network.tokens), .fixed(network.channels)], "normalised")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      recorder.output("tokens", network(recorder.input("embedding", shapes["embedding"]!)))
      return recorder.finish()
    }
  }
}

extension UNetConfiguration {
  /// What the first half of a UNet gives, by names: "down.0" and so on, and "middle".
  fileprivate var encoderOutputs: [TensorSpecification] {
    let down = downChannels.enumerated().map { index, channels in
      TensorSpecification(
        "down.\(index)", ["B", .fixed(channels), .free("h\(index)"), .free("w\(index)")],
        "a picture on the way down")
    }
    let last = downChannels.count
    return down + [
      .init(
        "middle", ["B", .fixed(middleChannels), .free("h\(last)"), .free("w\(last)")],
        "the last block's picture")
    ]
  }
}

extension PlanRecorder {
  /// Declares all of `features` outputs.
  fileprivate func output(_ features: EncoderFeatures) {
    for (index, picture) in features.down.enumerated() { output("down.\(index)", picture) }
    output("middle", features.middle)
  }
}
