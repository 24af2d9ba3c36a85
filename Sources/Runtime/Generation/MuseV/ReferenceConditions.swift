import Compute
import Diffusion

/// What a video looks at beside its prompt: image prompts, and what a ReferenceNet sees in a picture.
struct ReferenceConditions {
  let image: PicturePrompt?
  /// A face's, beside it.
  var face: PicturePrompt?
  /// The ReferenceNet's pictures with the prompt and without, the middle's last; empty where it does not look.
  private let prompted: [HostTensor]
  private let unconditional: [HostTensor]

  func features(_ conditioning: Conditioning) -> [HostTensor] {
    conditioning == .prompted ? prompted : unconditional
  }

  init(image: PicturePrompt?) {
    (self.image, prompted, unconditional) = (image, [], [])
  }

  /// With what `network` sees in a picture whose clean, scaled latents of shape `shape` are given, and `image` in the place of a text.
  init(
    image: PicturePrompt, network: ReferenceNet2D, latents: [Float], shape: [Int],
    device: any Device, precision: Precision
  ) throws {
    let context = image[.prompted].shape
    let look = try Self.compiled(network, shape, context, device, precision)
    func seen(_ tokens: HostTensor) throws -> [HostTensor] {
      let features = try look.run([
        "latents": HostTensor(shape: shape, values: latents), "context": tokens,
      ])
      return look.signature.outputs.compactMap { features[$0.name] }
    }
    self.image = image
    prompted = try seen(image[.prompted])
    unconditional = try seen(image[.unconditional])
  }

  private static func compiled(
    _ network: ReferenceNet2D, _ shape: [Int], _ context: [Int], _ device: any Device,
    _ precision: Precision
  ) throws -> any CompiledPlan {
    guard network.configuration.contextWidth == context[2],
      network.configuration.inputChannels == shape[1]
    else {
      throw RuntimeError.badInput(
        "--reference-net: it attends to \(network.configuration.contextWidth) values, the unet to "
          + "\(context[2]): take both from one model")
    }
    let recorder = PlanRecorder(name: "reference net")
    let features = network(
      recorder.input("latents", shape), context: recorder.input("context", context))
    for (index, picture) in (features.down + [features.middle]).enumerated() {
      recorder.output("\(index)", picture)
    }
    return try device.compile(recorder.finish(), precision: precision)
  }
}
