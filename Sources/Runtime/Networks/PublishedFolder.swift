import Foundation
import MediaTypes

/// A folder in which a network's files lie, under the names that their publishers chose.
struct PublishedFolder {
  let path: String

  /// The folder at `path`, or the one around the file at `path`.
  init(around path: String) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    self.path = exists && isFolder.boolValue ? path : FilePath.folder(of: path)
  }

  /// The path of the first of `names` that is there; throws `NetworkError.notFound`.
  func file(_ names: [String]) throws -> String {
    let paths = names.map { "\(path)/\($0)" }
    guard let found = paths.first(where: FileManager.default.fileExists) else {
      throw NetworkError.notFound(folder: path, looked: names)
    }
    return found
  }

  /// The path of the weights: the first of `names`, its kin, or the only file that could be weights.
  ///
  /// Throws `NetworkError.notFound` or `.severalFound`.
  func weights(_ names: [String]) throws -> String {
    if let found = try? file(names + names.flatMap(Self.kin)) { return found }
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? []
    let candidates = files.filter(Self.mayBeWeights)
    guard candidates.count <= 1 else {
      throw NetworkError.severalFound(folder: path, files: candidates)
    }
    guard let only = candidates.first else {
      throw NetworkError.notFound(folder: path, looked: names)
    }
    return "\(path)/\(only)"
  }

  /// The names that Hugging Face's libraries give to the same weights in several parts or in PyTorch's own format.
  private static func kin(_ name: String) -> [String] {
    let ending = ".safetensors"
    guard name.hasSuffix(ending) else { return ["\(name).index.json"] }
    let stem = name == "model\(ending)" ? "pytorch_model" : String(name.dropLast(ending.count))
    return ["\(name).index.json", "\(stem).bin", "\(stem).bin.index.json", "\(stem).pth"]
  }

  /// Parts of weights are reached through their index.
  private static func mayBeWeights(_ name: String) -> Bool {
    let endings = [".safetensors", ".bin", ".pth", ".pt", ".ckpt", ".index.json"]
    return endings.contains(where: name.hasSuffix)
      && name.firstMatch(of: /-[0-9]{5}-of-[0-9]{5}\./) == nil
  }
}
