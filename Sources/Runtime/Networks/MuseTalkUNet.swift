import Compute
import Diffusion
import Weights

/// MuseTalk's UNet, alone: masked and reference latents and audio features to the mouth's latents.
struct MuseTalkUNet: CatalogedNetwork {
  let name = "musetalk-unet"
  let summary = "MuseTalk's UNet (versions 1.0 and 1.5): latents and audio features to latents"
  let publishedSizes = ["h": 32, "w": 32, "S": 50]

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights =
      try source?.checkpoint(
        ["diffusion_pytorch_model.safetensors", "unet.safetensors", "model.safetensors"],
        embedded: nil
      ).weights(with: "conv_in.weight") ?? .random()
    let file = try source?.configurationIfPresent(["config.json", "musetalk.json"])
    let configuration = try file.map(UNetConfiguration.init) ?? .museTalk
    let network = try UNet2DCondition(weights, configuration: configuration)
    try weights.requireAllConsumed()
    return OpenedNetwork(
      inputs: [
        .init(
          "latents", ["B", .fixed(configuration.inputChannels), "h", "w"],
          "masked, then reference latents, unscaled"),
        .init(
          "audio", ["B", "S", .fixed(configuration.contextWidth)],
          "audio features with the position table added; 50 tokens a frame"),
      ],
      outputs: [
        .init(
          "sample", ["B", .fixed(configuration.outputChannels), "h", "w"],
          "latents of the painted face, at timestep 0")
      ],
      parameters: weights.parameters
    ) { shapes in
      let recorder = PlanRecorder(name: name)
      let latents = recorder.input("latents", shapes["latents"]!)
      let audio = recorder.input("audio", shapes["audio"]!)
      recorder.output("sample", network(latents, timestep: 0, context: audio))
      return recorder.finish()
    }
  }
}
