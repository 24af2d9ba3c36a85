import Audio
import Compute
import Diffusion
import Face
import Foundation
import LipSync
import Weights

/// mini's files: embedded in the binary, or a folder in the same layout.
struct MiniModel {
  /// As it appears in reports.
  let name: String
  private let folder: String?
  private let source: NetworkSource

  /// The model called `name`: `mini`, or a path to a folder.
  ///
  /// - Throws: `RuntimeError` with 69 for a model that is not there.
  init(_ name: String) throws {
    self.name = name
    if name == "mini" {
      folder = nil
      source = .embedded
      return
    }
    guard FileManager.default.fileExists(atPath: "\(name)/painter/config.json") else {
      throw RuntimeError.notInstalled(
        "model \(name): no such model or folder: use mini, or a folder with painter/config.json")
    }
    folder = name
    source = .path(name)
  }

  /// What should be known about the weights that were read so far; one line each.
  var warnings: [String] { source.warnings }

  /// Tells one version of the weights that speak from another.
  func identity() throws -> String {
    try identity(["articulation", "landmarks", "painter"]) { !$0.hasPrefix("motion/") }
  }

  /// Tells one version of the weights that move portraits from another.
  func motionIdentity() throws -> String {
    try identity(["landmarks", "motion"]) {
      $0.hasPrefix("motion/") || $0.hasPrefix("landmarks/")
    }
  }

  private func identity(
    _ parts: [String], embedded isOfThem: (String) -> Bool
  ) throws -> String {
    guard let folder else {
      return "mini \(Version.current) \(EmbeddedFiles.byteCount(where: isOfThem))"
    }
    return try parts.map { try FileIdentity.describe("\(folder)/\($0)") }.joined(separator: "\n")
  }

  /// A small JSON file such as `painter/config.json`.
  func configuration(_ path: String) throws -> ConfigurationFile {
    try source.configuration([path], embedded: path)
  }

  /// The tensors of a file such as `painter/diffusion_pytorch_model.safetensors`.
  func checkpoint(_ path: String) throws -> Checkpoint {
    try source.companion(path, embedded: path)
  }
}
