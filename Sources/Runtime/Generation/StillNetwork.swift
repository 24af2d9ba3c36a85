import Compute
import Diffusion
import Layers

/// What a text encoder makes of a prompt and of its negative, of one length.
struct EncodedPrompts {
  let negative: HostTensor
  let prompt: HostTensor

  subscript(conditioning: Conditioning) -> HostTensor {
    conditioning == .prompted ? prompt : negative
  }
}

/// Stable Diffusion's UNet on single pictures, with prompts, and ControlNets if there are some.
struct StillNetwork {
  private let plan: any CompiledPlan
  private let sinusoid: @Sendable (Double) -> HostTensor
  private let shape: [Int]
  private let prompts: EncodedPrompts
  private let controls: ControlStack?
  private let picture: PicturePrompt?

  /// `shape` is that of the latents, [1, 4, height, width]; with `picture` the network was made with its adapter.
  init(
    _ unet: UNet2DCondition, shape: [Int], prompts: EncodedPrompts, picture: PicturePrompt?,
    controls: ControlStack?,
    device: any Device, precision: Precision
  ) throws {
    let context = prompts.prompt.shape
    guard context[2] == unet.configuration.contextWidth else {
      throw RuntimeError.badInput(
        "--base: its text encoder's states have \(context[2]) values, its unet takes "
          + "\(unet.configuration.contextWidth): take both from one model")
    }
    let recorder = PlanRecorder(name: "unet")
    let latents = recorder.input("latents", shape)
    let time = recorder.input("time", unet.sinusoid(0).shape)
    let text = recorder.input("text", context)
    let image = picture?.input(recorder, "image")
    let control = controls?.inputs(recorder, frames: 1)
    recorder.output(
      "noise", unet(latents, sinusoid: time, context: text, image: image, control: control))
    plan = try device.compile(recorder.finish(), precision: precision)
    sinusoid = { unet.sinusoid($0) }
    (self.shape, self.prompts, self.picture, self.controls) = (shape, prompts, picture, controls)
  }

  func predict(_ request: DenoisingRequest) throws -> [Float] {
    var inputs = [
      "latents": HostTensor(shape: shape, values: request.latents),
      "time": sinusoid(request.timestep), "text": prompts[request.conditioning],
    ]
    if let picture { inputs["image"] = picture[request.conditioning] }
    if let controls {
      inputs.merge(try controls.additions(to: request.latents, frames: [0], for: request)) { $1 }
    }
    return try plan.run(inputs)["noise"]?.values ?? []
  }
}
