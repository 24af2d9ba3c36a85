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
    if let network = options.faceNetwork, !adapter.isFaceID {
      throw RuntimeError.usage(
        "--face-network \(network): \(origin) looks at whole pictures: leave it out, or use an "
          + "IP-Adapter-FaceID")
    }
  }

  /// What was named for it; nil where nothing was.
  func look() throws -> Look? {
    guard let path = options.picture else { return nil }
    if FaceEmbedding.isFile(path) {
      guard adapter.isFaceID else {
        throw RuntimeError.usage(
          "--ip-adapter-image \(path): \(origin) looks at pictures: name one, or use an "
            + "IP-Adapter-FaceID")
      }
      return .face(try FaceEmbedding(path: path))
    }
    return .picture(try readPicture(path, background: .white))
  }

  /// What was named for it.
  ///
  /// - Throws: `RuntimeError`, 64, where nothing was.
  func requiredLook() throws -> Look {
    guard let look = try look() else {
      throw RuntimeError.usage(
        "\(origin): needs a picture to look at: name one with --ip-adapter-image")
    }
    return look
  }

  /// What it makes of `look`; `usualEncoder` is used where no picture encoder was named and none lies beside the adapter.
  ///
  /// Networks are loaded and let go.
  ///
  /// - Throws: `RuntimeError`: 66 for a network that is not there, 65 for one of another width, or a picture without a face; `WeightsError`.
  func prompt(
    of look: Look, usualEncoder: (() throws -> CLIPVisionEncoder)? = nil, device: any Device,
    precision: Precision
  ) throws -> PicturePrompt {
    switch look {
    case .face(let embedding): return try prompt(of: embedding, device)
    case .picture(let picture) where adapter.isFaceID:
      let network = try faceNetwork()
      return try prompt(of: FaceEmbedding(of: picture, by: network, device: device), device)
    case .picture(let picture):
      return try PicturePrompt(
        adapter.projection, of: picture, by: encoder(usualEncoder), origin: origin,
        scale: options.scale, device: device, precision: precision)
    }
  }

  private func prompt(of face: FaceEmbedding, _ device: any Device) throws -> PicturePrompt {
    guard face.values.count == adapter.projection.width else {
      throw RuntimeError.badInput(
        "\(origin): takes a face in \(adapter.projection.width) numbers, \(face.origin) gives "
          + "\(face.values.count): take both from one publication")
    }
    let seen = HostTensor(shape: [1, face.values.count], values: face.values)
    return try PicturePrompt(
      adapter.projection, seen: seen, none: HostTensor(shape: seen.shape), scale: options.scale,
      device: device)
  }

  private func encoder(_ usual: (() throws -> CLIPVisionEncoder)?) throws -> CLIPVisionEncoder {
    let own = (try? installed?.weights(.imageEncoder)).map(FilePath.folder(of:))
    let path = options.encoder ?? own ?? "\(FilePath.folder(of: file))/image_encoder"
    guard FileManager.default.fileExists(atPath: path) else {
      if options.encoder == nil, let usual { return try usual() }
      throw RuntimeError.missing(
        "\(origin): needs CLIP's picture encoder, which is not at \(path): name its folder with "
          + "--image-encoder")
    }
    return try NetworkSource.path(path).clipVision().encoder
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
