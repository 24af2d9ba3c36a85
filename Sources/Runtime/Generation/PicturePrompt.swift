import Compute
import Diffusion
import Foundation
import Media
import MediaTypes
import Weights

/// A picture that a Stable Diffusion looks at beside its prompt, by an IP-Adapter: the tokens that it makes of it.
struct PicturePrompt {
  let adapter: IPAdapter
  /// How much of what the tokens bring is added.
  let scale: Double
  /// [1, T, channels], with the picture and with none.
  private let prompted: HostTensor
  private let unconditional: HostTensor

  subscript(conditioning: Conditioning) -> HostTensor {
    conditioning == .prompted ? prompted : unconditional
  }

  /// What the request asks for; nil where it asks for none.
  ///
  /// The picture's encoder is loaded and let go.
  ///
  /// - Throws: `RuntimeError`: 64 where only a part was named, 66 for what is not there, 65 for what does not fit together; `WeightsError`.
  init?(_ request: GenerateRequest, device: any Device, precision: Precision) throws {
    guard let files = try request.ipAdapter.files() else { return nil }
    let adapter = try IPAdapter(Checkpoint(path: files.adapter))
    let encoder = try NetworkSource.path(files.encoder).clipVision().encoder
    let picture = try readPicture(files.picture, background: .white)
    let size = encoder.configuration.pictureSize
    let width =
      switch adapter.projection {
      case .embedding: encoder.configuration.projectionWidth
      case .states: encoder.configuration.width
      }
    guard adapter.width == width else {
      throw RuntimeError.badInput(
        "--ip-adapter \(files.adapter): takes \(adapter.width) values, --image-encoder "
          + "\(files.encoder) gives \(width): take both from one publication")
    }
    let look = try Self.look(encoder, adapter.projection, device, precision)
    func seen(_ picture: HostTensor) throws -> HostTensor {
      try look.run(["image": picture])["seen"]!
    }
    let some = try seen(picture.forVision(size: size))
    // Without a picture: CLIP's states of a gray one, but an embedding of zeros.
    let none =
      if case .states = adapter.projection {
        try seen(HostTensor(shape: [1, 3, size, size]))
      } else {
        HostTensor(shape: some.shape)
      }
    let tokens = try Self.tokens(adapter.projection, of: some.shape, device)
    prompted = try tokens.run(["seen": some])["tokens"]!
    unconditional = try tokens.run(["seen": none])["tokens"]!
    (self.adapter, scale) = (adapter, request.ipAdapter.scale)
  }

  /// What the adapter needs of CLIP.
  private static func look(
    _ encoder: CLIPVisionEncoder, _ projection: IPAdapter.Projection, _ device: any Device,
    _ precision: Precision
  ) throws -> any CompiledPlan {
    let size = encoder.configuration.pictureSize
    let recorder = PlanRecorder(name: "picture encoder")
    let image = recorder.input("image", [1, 3, size, size])
    switch projection {
    case .embedding: recorder.output("seen", encoder(image))
    case .states: recorder.output("seen", encoder.penultimateStates(image))
    }
    return try device.compile(recorder.finish(), precision: precision)
  }

  private static func tokens(
    _ projection: IPAdapter.Projection, of shape: [Int], _ device: any Device
  ) throws -> any CompiledPlan {
    let recorder = PlanRecorder(name: "image projection")
    let input = recorder.input("seen", shape)
    switch projection {
    case .embedding(let projection): recorder.output("tokens", projection(input))
    case .states(let resampler): recorder.output("tokens", resampler(input))
    }
    return try device.compile(recorder.finish(), precision: .fp32)
  }
}

/// What `generate` is told of an image prompt for pictures.
public struct IPAdapterOptions: Sendable, Equatable {
  /// The adapter's file.
  public var adapter: String?
  /// The picture that is looked at.
  public var picture: String?
  /// How much it counts.
  public var scale = 1.0
  /// CLIP's picture encoder; nil: `image_encoder` beside the adapter.
  public var encoder: String?

  public init() {}

  public static let scaleRange = 0.0...10.0

  /// Where all parts lie; nil where nothing is asked for.
  ///
  /// - Throws: `RuntimeError`: 64 where only a part was named, 66 for what is not there.
  func files() throws -> (adapter: String, picture: String, encoder: String)? {
    guard let adapter else {
      if let picture {
        throw RuntimeError.usage("--ip-adapter-image \(picture): needs --ip-adapter")
      }
      return nil
    }
    guard let picture else {
      throw RuntimeError.usage(
        "--ip-adapter \(adapter): needs a picture to look at: name one with --ip-adapter-image")
    }
    let encoder = encoder ?? "\(FilePath.folder(of: adapter))/image_encoder"
    guard FileManager.default.fileExists(atPath: encoder) else {
      throw RuntimeError.missing(
        "--ip-adapter \(adapter): needs CLIP's picture encoder, which is not at \(encoder): name its "
          + "folder with --image-encoder")
    }
    return (adapter, picture, encoder)
  }
}
