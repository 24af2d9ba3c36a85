import Compute
import Diffusion
import Layers

/// MuseV's UNet on windows of a video, each after the frame that is given; without one, on frames by themselves.
final class ClipNetwork {
  private let unet: UNet3DCondition
  /// The given frame's clean latents, of shape `shape`, [1, 4, height, width]; empty without one.
  private let given: [Float]
  /// The number in the video of that frame, or of the first where there is none.
  private let firstFrame: Int
  private let shape: [Int]
  private let prompts: EncodedPrompts
  private let references: ReferenceConditions?
  private let controls: ControlStack?
  /// How many frames a video has that loops; the given one is then none of them, but looks like the first to ControlNets.
  private let ring: Int?
  private let options: MuseVOptions
  private let device: any Device
  private let precision: Precision
  /// By the number of frames: all windows but perhaps the last have one.
  private var plans: [Int: any CompiledPlan] = [:]

  init(
    _ unet: UNet3DCondition, given: [Float], at firstFrame: Int = 0, shape: [Int],
    prompts: EncodedPrompts, references: ReferenceConditions?, controls: ControlStack?,
    ring: Int? = nil, options: MuseVOptions,
    device: any Device, precision: Precision
  ) {
    self.unet = unet
    (self.given, self.firstFrame, self.shape) = (given, firstFrame, shape)
    (self.prompts, self.references, self.controls) = (prompts, references, controls)
    self.ring = ring
    (self.options, self.device, self.precision) = (options, device, precision)
  }

  private var givenCount: Int { given.isEmpty ? 0 : 1 }

  /// What is to be taken from a window's latents.
  func predict(_ request: DenoisingRequest) throws -> [Float] {
    let frames = request.frames.count + givenCount
    let plan = try plans[frames] ?? compiled(frames: frames)
    plans[frames] = plan
    let latents = given + request.latents
    var inputs = [
      "latents": HostTensor(shape: [1, frames] + shape.dropFirst(), values: latents),
      "timestep": unet.timestepInput(request.timestep),
      "positions": unet.positionsInput(frames: frames, motionSpeed: options.motionSpeed),
      "text": prompts[request.conditioning],
    ]
    if let references {
      inputs["image"] = references.image?[request.conditioning]
      inputs["face"] = references.face?[request.conditioning]
      for (index, picture) in references.features(request.conditioning).enumerated() {
        inputs["reference \(index)"] = picture
      }
    }
    if let controls {
      // The given frame is the first of the video, or of its shot.
      let numbers =
        (0..<givenCount).map { $0 + firstFrame }
        + request.frames.map { frame in ring.map { frame % $0 } ?? frame + givenCount + firstFrame }
      inputs.merge(try controls.additions(to: latents, frames: numbers, for: request)) { $1 }
    }
    return try Array((plan.run(inputs)["sample"]?.values ?? []).dropFirst(given.count))
  }

  private func compiled(frames: Int) throws -> any CompiledPlan {
    let recorder = PlanRecorder(name: "musev")
    let latents = recorder.input("latents", [1, frames] + shape.dropFirst())
    let timestep = recorder.input("timestep", unet.timestepInput(0).shape)
    let positions = recorder.input("positions", unet.positionsInput(frames: frames).shape)
    var conditions = ClipConditions(
      text: recorder.input("text", prompts.prompt.shape),
      conditionFrames: Array(0..<givenCount), skipsTemporalLayers: given.isEmpty)
    if let references {
      conditions.image = references.image?.input(recorder, "image")
      conditions.face = references.face?.input(recorder, "face")
      let pictures = references.features(.prompted).enumerated().map { index, picture in
        recorder.input("reference \(index)", picture.shape)
      }
      conditions.references = pictures.last.map {
        EncoderFeatures(down: pictures.dropLast(), middle: $0)
      }
    }
    conditions.control = controls?.inputs(recorder, frames: frames)
    recorder.output(
      "sample",
      unet(latents, timestep: timestep, positions: positions, conditions: conditions))
    return try device.compile(recorder.finish(), precision: precision)
  }
}
