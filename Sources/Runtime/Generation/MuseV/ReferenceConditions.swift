import Compute
import Diffusion
import Media

/// What a model with a ReferenceNet sees in a reference picture, with the prompt and without.
struct ReferenceConditions {
  /// The image prompt's tokens [1, T, width], and the ReferenceNet's pictures, the middle's last, if it looked.
  struct Seen {
    let tokens: HostTensor
    let features: [HostTensor]
  }

  let prompted: Seen
  let unconditional: Seen

  subscript(conditioning: Conditioning) -> Seen {
    conditioning == .prompted ? prompted : unconditional
  }

  /// `latents` are the picture's, clean and scaled, of shape `shape`; without them no ReferenceNet looks.
  ///
  /// Networks are loaded one after the other and let go. Without the prompt, the image prompt is that of no picture.
  init(
    _ picture: RGBPicture, latents: [Float]?, shape: [Int], files: MuseVFiles, width: Int,
    device: any Device, precision: Precision
  ) throws {
    let embedding = try Self.embedding(of: picture, files.imageEncoder(), device, precision)
    let projection = try files.imageProjection()
    guard projection.width == embedding.values.count, projection.channels == width else {
      throw RuntimeError.badInput(
        "--model \(files.model): its image projection makes \(projection.channels) of "
          + "\(projection.width) values; the picture encoder gives \(embedding.values.count) and the "
          + "unet takes \(width): take all from one model")
    }
    let recorder = PlanRecorder(name: "image projection")
    recorder.output("tokens", projection(recorder.input("embedding", embedding.shape)))
    let tokens = try device.compile(recorder.finish(), precision: .fp32)
    let look = try latents.map { _ in
      try Self.referenceNet(
        files.referenceNet(), shape, [1, projection.tokens, width], device, precision)
    }
    func seen(_ embedding: HostTensor) throws -> Seen {
      let context = try tokens.run(["embedding": embedding])["tokens"]!
      guard let look, let latents else { return Seen(tokens: context, features: []) }
      let features = try look.run([
        "latents": HostTensor(shape: shape, values: latents), "context": context,
      ])
      return Seen(
        tokens: context,
        features: look.signature.outputs.compactMap { features[$0.name] })
    }
    prompted = try seen(embedding)
    unconditional = try seen(HostTensor(shape: embedding.shape))
  }

  private static func embedding(
    of picture: RGBPicture, _ encoder: CLIPVisionEncoder, _ device: any Device,
    _ precision: Precision
  ) throws -> HostTensor {
    let size = encoder.configuration.pictureSize
    let recorder = PlanRecorder(name: "picture encoder")
    recorder.output("embedding", encoder(recorder.input("image", [1, 3, size, size])))
    let plan = try device.compile(recorder.finish(), precision: precision)
    return try plan.run(["image": picture.forVision(size: size)])["embedding"]!
  }

  private static func referenceNet(
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
