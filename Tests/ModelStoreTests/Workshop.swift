import Compute
import Foundation
import ModelStore
import TestSupport
import Weights

/// A home of its own, with small models to put into it.
struct Workshop {
  let temporary: TemporaryFolder
  var models: [PublishedModel]
  var environment: [String: String]

  init(models: [PublishedModel] = [Workshop.embedded, Workshop.pair]) throws {
    temporary = try TemporaryFolder()
    self.models = models
    environment = [
      "AVATAR_HOME": temporary.file("home"), "HF_HOME": temporary.file("hf"),
      "TORCH_HOME": temporary.file("torch"), "HOME": temporary.path,
    ]
  }

  var store: ModelStore { ModelStore(environment: environment, models: models) }

  static let embedded = PublishedModel(name: "mini", summary: "in the program", parts: [])

  /// A UNet with a configuration from a hub, and a detector from a web server.
  static let pair = PublishedModel(name: "pair", summary: "two parts", parts: [unet, detector])

  static let free = Licence("MIT", commercialUse: .allowed)

  static let unet = ModelPart(
    role: .unet, title: "a UNet", licence: free, folder: "unets",
    weights: PublishedFile(
      "unet.pth", otherNames: ["unet.safetensors"],
      origin: .huggingFace(repository: "maker/pair", path: "v1/unet.pth")),
    configuration: PublishedFile(
      "unet.json", origin: .huggingFace(repository: "maker/pair", path: "v1/unet.json")),
    telltale: "unet.weight")

  static let detector = ModelPart(
    role: .faceDetector, title: "a detector", licence: free, folder: "detector",
    weights: PublishedFile(
      "detector.pth", origin: .web(url: "http://127.0.0.1:9/files/detector.pth")),
    telltale: "detector.weight")

  /// Safetensors with one tensor `key`, filled with `value`.
  static func weights(_ key: String, value: Float = 1, count: Int = 64) throws -> Data {
    let folder = try TemporaryFolder()
    let path = folder.file("w.safetensors")
    try SafetensorsWriter.write(
      [key: HostTensor(shape: [count], values: [Float](repeating: value, count: count))], to: path)
    return try Data(contentsOf: URL(fileURLWithPath: path))
  }

  /// As `weights`; empty, and so no weights, where they can't be made.
  static func bytes(_ key: String, count: Int = 64) -> Data {
    (try? weights(key, count: count)) ?? Data()
  }

  /// Writes a file, with the folders around it, and returns its path.
  @discardableResult
  func put(_ data: Data, at path: String) throws -> String {
    let url = URL(fileURLWithPath: temporary.file(path))
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
    return url.path
  }

  /// Puts both parts of `pair` into `folder`.
  func putPair(in folder: String) throws {
    try put(Self.weights("unet.weight"), at: "\(folder)/unets/unet.pth")
    try put(Data("{}".utf8), at: "\(folder)/unets/unet.json")
    try put(Self.weights("detector.weight"), at: "\(folder)/detector/detector.pth")
  }
}
