import Compute
import Diffusion
import Layers
import Media

/// A picture that a Stable Diffusion looks at beside its prompt: the tokens that were made of it.
struct PicturePrompt {
  /// How much of what the tokens bring is added.
  let scale: Double
  /// [1, T, channels], with the picture and with none.
  private let prompted: HostTensor
  private let unconditional: HostTensor

  subscript(conditioning: Conditioning) -> HostTensor {
    conditioning == .prompted ? prompted : unconditional
  }

  /// The tokens as a network's input of this name.
  func input(_ recorder: PlanRecorder, _ name: String) -> ImagePrompt {
    ImagePrompt(tokens: recorder.input(name, prompted.shape), scale: Float(scale))
  }

  /// Makes tokens of `seen` and, for no picture, of `none`.
  init(
    _ projection: IPAdapter.Projection, seen: HostTensor, none: HostTensor, scale: Double,
    device: any Device
  ) throws {
    let recorder = PlanRecorder(name: "image projection")
    let input = recorder.input("seen", seen.shape)
    switch projection {
    case .embedding(let projection): recorder.output("tokens", projection(input))
    case .states(let resampler): recorder.output("tokens", resampler(input))
    case .face(let projection): recorder.output("tokens", projection(input))
    }
    let tokens = try device.compile(recorder.finish(), precision: .fp32)
    prompted = try tokens.run(["seen": seen])["tokens"]!
    unconditional = try tokens.run(["seen": none])["tokens"]!
    self.scale = scale
  }

  /// Makes tokens of what `encoder` sees in `picture`; `origin` names the projection in messages.
  ///
  /// - Throws: `RuntimeError`, 65, where the encoder is none of the projection's.
  init(
    _ projection: IPAdapter.Projection, of picture: RGBPicture, by encoder: CLIPVisionEncoder,
    origin: String, scale: Double, device: any Device, precision: Precision
  ) throws {
    let size = encoder.configuration.pictureSize
    let width =
      switch projection {
      case .embedding, .face: encoder.configuration.projectionWidth
      case .states: encoder.configuration.width
      }
    guard projection.width == width else {
      throw RuntimeError.badInput(
        "\(origin): takes \(projection.width) values of a picture, its encoder (--image-encoder) gives "
          + "\(width): take both from one publication")
    }
    let recorder = PlanRecorder(name: "picture encoder")
    let image = recorder.input("image", [1, 3, size, size])
    switch projection {
    case .embedding, .face: recorder.output("seen", encoder(image))
    case .states: recorder.output("seen", encoder.penultimateStates(image))
    }
    let look = try device.compile(recorder.finish(), precision: precision)
    func seen(_ picture: HostTensor) throws -> HostTensor {
      try look.run(["image": picture])["seen"]!
    }
    let some = try seen(picture.forVision(size: size))
    // Without a picture: CLIP's states of a gray one, but an embedding of zeros.
    let none =
      if case .states = projection {
        try seen(HostTensor(shape: [1, 3, size, size]))
      } else {
        HostTensor(shape: some.shape)
      }
    try self.init(projection, seen: some, none: none, scale: scale, device: device)
  }
}
