import Compute
import Diffusion
import Layers
import Weights

/// MuseV's UNet, alone: clips of latents, the first frame given, to what is to be taken from them.
struct MuseVUNet: CatalogedNetwork {
  let name: String
  let summary: String
  let variant: UNet3DConfiguration.Variant

  static let plain = MuseVUNet(
    name: "musev-unet", summary: "MuseV's UNet (musev): latents of a clip's frames to noise",
    variant: .museV)
  static let large = MuseVUNet(
    name: "musev-referencenet-unet",
    summary: "MuseV's UNet (musev_referencenet, musev_referencenet_pose): latents of a clip's "
      + "frames, an image prompt and a reference picture to noise", variant: .referenceNet)

  var publishedSizes: [String: Int] {
    var sizes = ["F": 13, "h": 64, "w": 64, "L": 77, "T": 4]
    for index in 0..<13 {
      let halvings = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3][index]
      sizes["h\(index)"] = 64 >> halvings
      sizes["w\(index)"] = 64 >> halvings
    }
    return sizes
  }

  func open(_ source: NetworkSource?) throws -> OpenedNetwork {
    let weights = try source?.diffusersWeights() ?? .random()
    let file = try source?.configurationIfPresent(["config.json"])
    let configuration =
      try file.map { try UNet3DConfiguration($0, variant: variant) } ?? .init(variant: variant)
    let network = try UNet3DCondition(weights, configuration: configuration)
    try weights.requireAllConsumed(ignoring: UNet3DCondition.ignoredKeys)
    let spatial = configuration.spatial
    let references = variant == .referenceNet ? spatial.downChannels + [spatial.middleChannels] : []
    return OpenedNetwork(
      inputs: inputs(spatial) + prompts(spatial, references),
      outputs: [
        .init(
          "sample", ["B", "F", .fixed(spatial.outputChannels), "h", "w"],
          "noise in each frame; the first frame's means nothing")
      ],
      parameters: weights.parameters
    ) { plan(network, references: references.count, shapes: $0) }
  }

  private func inputs(_ spatial: UNetConfiguration) -> [TensorSpecification] {
    let width = TensorSpecification.Axis.fixed(spatial.blockOutputChannels[0])
    return [
      .init(
        "latents", ["B", "F", .fixed(spatial.inputChannels), "h", "w"],
        "frames of clips; where there are several, the first is clean and is looked at"),
      .init("timestep", [1, width], "the timestep's sinusoid: cosines, then sines"),
      .init(
        "positions", ["F", width], "the frames' sinusoids: 0, 1, 2 ... times the motion speed"),
      .init("text", ["B", "L", .fixed(spatial.contextWidth)], "the text's embedding"),
    ]
  }

  private func prompts(
    _ spatial: UNetConfiguration, _ references: [Int]
  ) -> [TensorSpecification] {
    guard !references.isEmpty else { return [] }
    let image = TensorSpecification(
      "image", ["B", "T", .fixed(spatial.contextWidth)], "the image prompt's tokens")
    return [image]
      + references.enumerated().map { index, channels in
        .init(
          "references.\(index)", ["B", .fixed(channels), .free("h\(index)"), .free("w\(index)")],
          index == references.count - 1
            ? "the ReferenceNet's last picture" : "a picture on the ReferenceNet's way down")
      }
  }

  private func plan(_ network: UNet3DCondition, references: Int, shapes: [String: [Int]]) -> Plan {
    let recorder = PlanRecorder(name: name)
    func input(_ name: String) -> Tensor { recorder.input(name, shapes[name]!) }
    let latents = input("latents")
    var conditions = ClipConditions(text: input("text"), conditionFrames: [0])
    if references > 0 {
      let pictures = (0..<references).map { input("references.\($0)") }
      conditions.image = ImagePrompt(tokens: input("image"))
      conditions.references = EncoderFeatures(
        down: pictures.dropLast(), middle: pictures[references - 1])
    }
    recorder.output(
      "sample",
      network(
        latents, timestep: input("timestep"), positions: input("positions"), conditions: conditions)
    )
    return recorder.finish()
  }
}

extension NetworkSource {
  /// The weights of a folder that diffusers wrote.
  func diffusersWeights() throws -> WeightScope {
    try checkpoint(
      ["diffusion_pytorch_model.safetensors", "model.safetensors"], embedded: nil
    ).weights(with: "conv_in.weight")
  }
}
