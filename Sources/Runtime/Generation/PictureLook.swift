import Compute
import Diffusion
import Media

/// CLIP's picture encoder, ready to look at pictures for an IP-Adapter.
struct PictureLook {
  private let plan: any CompiledPlan
  private let size: Int
  private let seesStates: Bool

  /// `origin` names the adapter in messages.
  ///
  /// - Throws: `RuntimeError`, 65, where the encoder is none of the adapter's.
  init(
    _ encoder: CLIPVisionEncoder, for projection: IPAdapter.Projection, origin: String,
    device: any Device, precision: Precision
  ) throws {
    let (taken, given): (Int, Int)
    switch projection {
    case .embedding(let projection):
      (taken, given) = (projection.width, encoder.configuration.projectionWidth)
    case .states(let resampler):
      (taken, given) = (resampler.width, encoder.configuration.width)
    case .eachState(let projection):
      (taken, given) = (projection.width, encoder.configuration.width)
    case .closeFace(let resampler):
      (taken, given) = (resampler.stateWidth, encoder.configuration.width)
    case .face: preconditionFailure("FaceID looks at no picture")
    }
    guard taken == given else {
      throw RuntimeError.badInput(
        "\(origin): takes \(taken) values of a picture, its encoder (--image-encoder) gives \(given): "
          + "take both from one publication")
    }
    size = encoder.configuration.pictureSize
    let recorder = PlanRecorder(name: "picture encoder")
    let image = recorder.input("image", [1, 3, size, size])
    if case .embedding = projection { seesStates = false } else { seesStates = true }
    recorder.output("seen", seesStates ? encoder.penultimateStates(image) : encoder(image))
    plan = try device.compile(recorder.finish(), precision: precision)
  }

  /// What is seen in `picture`; without one, CLIP's states of a gray picture, but an embedding of zeros.
  func callAsFunction(_ picture: RGBPicture?) throws -> HostTensor {
    guard let picture else {
      let seen = try plan.run(["image": HostTensor(shape: [1, 3, size, size])])["seen"]!
      return seesStates ? seen : HostTensor(shape: seen.shape)
    }
    return try plan.run(["image": picture.forVision(size: size)])["seen"]!
  }
}

extension PicturePrompt {
  /// Makes tokens of what `encoder` sees in `picture`; `origin` names the projection in messages.
  ///
  /// - Throws: `RuntimeError`, 65, where the encoder is none of the projection's.
  init(
    _ projection: IPAdapter.Projection, of picture: RGBPicture, by encoder: CLIPVisionEncoder,
    origin: String, scale: Double, device: any Device, precision: Precision
  ) throws {
    let look = try PictureLook(
      encoder, for: projection, origin: origin, device: device, precision: precision)
    try self.init(
      projection, seen: Seen(main: look(picture)), none: Seen(main: look(nil)), scale: scale,
      device: device)
  }
}
