import Foundation
import MediaTypes
import Weights

/// Where a network's configuration and weights come from.
enum NetworkSource {
  /// A folder as it is published, or one of its weight files.
  case path(String)
  /// The program itself, which carries mini.
  case embedded

  /// The file of the network's configuration.
  ///
  /// `names` are its usual names in order of preference, `embedded` its path in mini.
  func configuration(_ names: [String], embedded: String?) throws -> ConfigurationFile {
    switch self {
    case .path(let path):
      return try ConfigurationFile(path: Self.find(names, in: Self.folder(path)))
    case .embedded:
      let (name, bytes) = try Self.embeddedFile(embedded)
      return try ConfigurationFile(bytes: bytes, name: name)
    }
  }

  /// The file of the network's configuration if there is one, for networks whose weights tell their sizes.
  func configurationIfPresent(_ names: [String]) throws -> ConfigurationFile? {
    guard case .path(let path) = self else { return nil }
    return try (try? Self.find(names, in: Self.folder(path))).map(ConfigurationFile.init(path:))
  }

  /// The network's weights; the parameters are as for configurations.
  func checkpoint(_ names: [String], embedded: String?) throws -> Checkpoint {
    switch self {
    case .path(let path):
      return try Checkpoint(path: Self.isFolder(path) ? Self.findWeights(names, in: path) : path)
    case .embedded:
      let (name, bytes) = try Self.embeddedFile(embedded)
      return try Checkpoint(staticBytes: bytes, name: name)
    }
  }

  /// A file of the network beside its main weights.
  func companion(_ name: String, embedded: String?) throws -> Checkpoint {
    guard case .path(let path) = self else { return try checkpoint([name], embedded: embedded) }
    return try Checkpoint(path: Self.find([name], in: Self.folder(path)))
  }

  private static func embeddedFile(_ path: String?) throws -> (String, UnsafeRawBufferPointer) {
    guard let path, let bytes = EmbeddedFiles.bytes(path) else {
      throw NetworkError.weightsNeeded(name: path ?? "this network")
    }
    return ("mini/\(path)", bytes)
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func folder(_ path: String) -> String {
    isFolder(path) ? path : FilePath.folder(of: path)
  }

  private static func find(_ names: [String], in folder: String) throws -> String {
    let paths = names.map { "\(folder)/\($0)" }
    guard let path = paths.first(where: FileManager.default.fileExists) else {
      throw NetworkError.notFound(folder: folder, looked: names)
    }
    return path
  }

  private static func findWeights(_ names: [String], in folder: String) throws -> String {
    if let path = try? find(names, in: folder) { return path }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() ?? []
    let weights = files.filter { $0.hasSuffix(".safetensors") }
    if weights.count == 1 { return "\(folder)/\(weights[0])" }
    let pickles = files.filter { [".bin", ".pth", ".pt"].contains(where: $0.hasSuffix) }
    if weights.isEmpty, let pickle = pickles.first {
      throw NetworkError.pickle(file: "\(folder)/\(pickle)")
    }
    throw NetworkError.notFound(folder: folder, looked: names)
  }
}
