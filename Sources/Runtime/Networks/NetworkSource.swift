import Face
import MediaTypes
import Synchronization
import Weights

/// Where a network's configuration and weights come from: files as they are published, or the program.
final class NetworkSource: Sendable {
  private enum Place {
    case path(String)
    case embedded
  }

  private let place: Place
  private let opened = Mutex<[Checkpoint]>([])

  private init(_ place: Place) { self.place = place }

  /// A folder as it is published, or one of its weight files.
  static func path(_ path: String) -> NetworkSource { NetworkSource(.path(path)) }

  /// The program itself, which carries mini.
  static var embedded: NetworkSource { NetworkSource(.embedded) }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { opened.withLock { $0 }.flatMap(\.warnings) }

  /// The file of the network's configuration.
  ///
  /// `names` are its usual names in order of preference, `embedded` its path in mini.
  func configuration(_ names: [String], embedded: String?) throws -> ConfigurationFile {
    switch place {
    case .path(let path):
      return try ConfigurationFile(path: PublishedFolder(around: path).file(names))
    case .embedded:
      let (name, bytes) = try Self.embeddedFile(embedded)
      return try ConfigurationFile(bytes: bytes, name: name)
    }
  }

  /// The file of the network's configuration if there is one, for networks whose weights tell their sizes.
  func configurationIfPresent(_ names: [String]) throws -> ConfigurationFile? {
    guard case .path(let path) = place else { return nil }
    return try (try? PublishedFolder(around: path).file(names)).map(ConfigurationFile.init(path:))
  }

  /// The network's weights; the parameters are as for configurations.
  ///
  /// In a folder, files in PyTorch's own formats and files in several parts are found under the names that belong to
  /// `names`, and a single file of weights under any name.
  func checkpoint(_ names: [String], embedded: String?) throws -> Checkpoint {
    switch place {
    case .path(let path):
      let folder = PublishedFolder(around: path)
      return try open(folder.path == path ? folder.weights(names) : path)
    case .embedded: return try openEmbedded(embedded)
    }
  }

  /// A file of weights under exactly this name, such as one beside the network's main weights.
  func companion(_ name: String, embedded: String?) throws -> Checkpoint {
    switch place {
    case .path(let path): try open(PublishedFolder(around: path).file([name]))
    case .embedded: try openEmbedded(embedded)
    }
  }

  /// insightface's face network: its ONNX file, or a checkpoint of its trainer.
  func faceRecognition() throws -> Checkpoint {
    guard case .path(let path) = place else { throw NetworkError.weightsNeeded(name: "arcface") }
    let folder = PublishedFolder(around: path)
    let names = ["w600k_r50.onnx", "backbone.safetensors"]
    return keep(
      try FaceRecognition.checkpoint(path: folder.path == path ? folder.weights(names) : path))
  }

  private func open(_ path: String) throws -> Checkpoint { keep(try Checkpoint(path: path)) }

  private func openEmbedded(_ path: String?) throws -> Checkpoint {
    let (name, bytes) = try Self.embeddedFile(path)
    return keep(try Checkpoint(staticBytes: bytes, name: name))
  }

  private func keep(_ checkpoint: Checkpoint) -> Checkpoint {
    opened.withLock { $0.append(checkpoint) }
    return checkpoint
  }

  private static func embeddedFile(_ path: String?) throws -> (String, UnsafeRawBufferPointer) {
    guard let path, let bytes = EmbeddedFiles.bytes(path) else {
      throw NetworkError.weightsNeeded(name: path ?? "this network")
    }
    return ("mini/\(path)", bytes)
  }
}
