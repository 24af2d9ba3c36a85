import Compute
import Diffusion
import Foundation
import Media
import MediaTypes
import ModelStore
import Weights

/// An IP-Adapter that was asked for.
struct ChosenIPAdapter {
  /// What an adapter looks at.
  enum Look {
    case picture(RGBPicture)
    case face(FaceEmbedding)
  }

  let adapter: IPAdapter
  /// What it is called in messages.
  let origin: String
  /// What was named for it to look at; nil where nothing was.
  private(set) var look: Look?
  private let file: String
  private let options: IPAdapterOptions
  /// The model whose name was given in the place of a file.
  private let installed: InstalledModel?

  /// Opens it; nil where none is asked for.
  ///
  /// - Throws: `RuntimeError`, 64, for parts of one without it, or parts that it does not take; `ModelStoreError`, 69, for a model that is not
  ///   installed; `WeightsError`.
  init?(_ options: IPAdapterOptions) throws {
    try options.check()
    guard let named = options.adapter else { return nil }
    installed = try NamedParts.locate(named, among: NamedParts.imagePrompts)
    file = try installed?.weights(.imagePrompt) ?? named
    (self.options, origin) = (options, "--ip-adapter \(named)")
    adapter = try IPAdapter(Checkpoint(path: file))
    look = nil
    if let network = options.faceNetwork, !adapter.isFaceID {
      throw RuntimeError.usage(
        "--face-network \(network): \(origin) looks at whole pictures: leave it out, or use an "
          + "IP-Adapter-FaceID")
    }
    look = try namedLook()
  }

  /// What was named for it.
  ///
  /// - Throws: `RuntimeError`, 64, where nothing was.
  func requiredLook() throws -> Look {
    guard let look else {
      throw RuntimeError.usage(
        "\(origin): needs a picture to look at: name one with --ip-adapter-image")
    }
    return look
  }

  private func namedLook() throws -> Look? {
    guard let path = options.picture else { return nil }
    guard FaceEmbedding.isFile(path) else {
      return .picture(try readPicture(path, background: .white))
    }
    switch adapter.projection {
    case .face: return .face(try FaceEmbedding(path: path))
    case .closeFace:
      throw RuntimeError.usage(
        "--ip-adapter-image \(path): \(origin) looks at the face, too, not only at its embedding: name a "
          + "picture")
    case .embedding, .states, .eachState:
      throw RuntimeError.usage(
        "--ip-adapter-image \(path): \(origin) looks at pictures: name one, or use an "
          + "IP-Adapter-FaceID")
    }
  }

  /// Refuses networks that are not there before anything is done: `RuntimeError`, 66.
  func checkNetworks(usualEncoder: String? = nil) throws {
    if case .face = look { return }
    if adapter.isFaceID { _ = try faceNetwork() }
    if needsEncoder { _ = try encoder(usual: usualEncoder) }
  }

  /// Whether CLIP looks for it.
  var needsEncoder: Bool {
    if case .face = adapter.projection { false } else { true }
  }

  /// What it makes of `look`; `usualEncoder` is used where no picture encoder was named and none lies beside the adapter.
  ///
  /// Networks are loaded and let go.
  ///
  /// - Throws: `RuntimeError`: 66 for a network that is not there, 65 for one of another width, or a picture without a face; `WeightsError`.
  func prompt(
    of look: Look, usualEncoder: String? = nil, device: any Device,
    precision: Precision
  ) throws -> PicturePrompt {
    switch look {
    case .face(let embedding):
      return try prompt(of: embedding, seen: nil, none: nil, device)
    case .picture(let picture) where adapter.isFaceID:
      let network = try faceNetwork()
      let face = try FoundFace(in: picture, origin: origin, device: device)
      let embedding = try FaceEmbedding(of: face, by: network, device: device)
      guard case .closeFace = adapter.projection else {
        return try prompt(of: embedding, seen: nil, none: nil, device)
      }
      let look = try PictureLook(
        NetworkSource.path(encoder(usual: usualEncoder)).clipVision().encoder,
        for: adapter.projection, origin: origin, device: device,
        precision: precision)
      return try prompt(of: embedding, seen: look(face.close()), none: look(nil), device)
    case .picture(let picture):
      return try PicturePrompt(
        adapter.projection, of: picture,
        by: NetworkSource.path(encoder(usual: usualEncoder)).clipVision().encoder, origin: origin,
        scale: options.scale, device: device, precision: precision)
    }
  }

  /// `seen` and `none` are CLIP's states of the face and of none, for those that look closely.
  private func prompt(
    of face: FaceEmbedding, seen states: HostTensor?, none: HostTensor?, _ device: any Device
  ) throws -> PicturePrompt {
    guard face.values.count == adapter.projection.width else {
      throw RuntimeError.badInput(
        "\(origin): takes a face in \(adapter.projection.width) numbers, \(face.origin) gives "
          + "\(face.values.count): take both from one publication")
    }
    let seen = HostTensor(shape: [1, face.values.count], values: face.values)
    return try PicturePrompt(
      adapter.projection, seen: .init(main: seen, states: states),
      none: .init(main: HostTensor(shape: seen.shape), states: none), scale: options.scale,
      device: device)
  }

  /// The folder of CLIP's picture encoder: the one that was named, the one beside the adapter, or the `usual` one.
  ///
  /// - Throws: `RuntimeError`, 66, where none is there.
  func encoder(usual: String? = nil) throws -> String {
    let own = (try? installed?.weights(.imageEncoder)).map(FilePath.folder(of:))
    let path = options.encoder ?? own ?? "\(FilePath.folder(of: file))/image_encoder"
    if FileManager.default.fileExists(atPath: path) { return path }
    if options.encoder == nil, let usual { return usual }
    throw RuntimeError.missing(
      "\(origin): needs CLIP's picture encoder, which is not at \(path): name its folder with "
        + "--image-encoder")
  }

  /// The file of the face network: the one that was named, or insightface's beside the adapter.
  private func faceNetwork() throws -> String {
    let own = try? installed?.weights(.faceRecognition)
    let path = options.faceNetwork ?? own ?? "\(FilePath.folder(of: file))/w600k_r50.onnx"
    guard FileManager.default.fileExists(atPath: path) else {
      throw RuntimeError.missing(
        "\(origin): needs insightface's face network, which is not at \(path): name the file "
          + "w600k_r50.onnx of its buffalo_l with --face-network, or give a face's embedding to "
          + "--ip-adapter-image")
    }
    return path
  }
}
