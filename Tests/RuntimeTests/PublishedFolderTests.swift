import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

@Suite struct PublishedFolderTests {
  let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  static let names = ["diffusion_pytorch_model.safetensors", "model.safetensors"]

  /// The name of the file that is taken for the weights where `files` lie in the folder.
  func found(_ files: [String]) throws -> String {
    for name in files { try folder.write([], to: name) }
    return FilePath.name(of: try PublishedFolder(around: folder.path).weights(Self.names))
  }

  @Test(
    arguments: [
      (["config.json", "pytorch_model.bin"], "pytorch_model.bin"),
      (["model.safetensors", "pytorch_model.bin"], "model.safetensors"),
      (["diffusion_pytorch_model.bin", "optimizer.bin"], "diffusion_pytorch_model.bin"),
      (["diffusion_pytorch_model.fp16.safetensors"], "diffusion_pytorch_model.fp16.safetensors"),
      (["unet.pth", "musetalk.json"], "unet.pth"),
      (["diffusion_pytorch_model.pth", "other.pth"], "diffusion_pytorch_model.pth"),
      (
        ["model-00001-of-00002.safetensors", "model.safetensors.index.json"],
        "model.safetensors.index.json"
      ),
      (
        ["pytorch_model-00001-of-00001.bin", "pytorch_model.bin.index.json"],
        "pytorch_model.bin.index.json"
      ),
      (["a-00001-of-00001.bin", "a.bin.index.json"], "a.bin.index.json"),
    ])
  func findsWeights(files: [String], expected: String) throws {
    #expect(try found(files) == expected)
  }

  @Test func namesThoseAmongWhichItCannotChoose() {
    let error = #expect(throws: NetworkError.self) { try found(["a.pth", "b.pt", "c.json"]) }
    #expect(error == .severalFound(folder: folder.path, files: ["a.pth", "b.pt"]))
    #expect(error?.exitCode == .badInput)
    #expect(error?.description.contains("a.pth, b.pt") == true)
  }

  @Test func saysWhatItLookedFor() {
    let error = #expect(throws: NetworkError.self) { try found(["README.md"]) }
    #expect(error == .notFound(folder: folder.path, looked: Self.names))
  }

  @Test func looksAroundAFile() throws {
    let path = try folder.write([], to: "model.safetensors")
    try folder.write([], to: "config.json")
    #expect(
      try PublishedFolder(around: path).file(["config.json"]) == folder.path + "/config.json")
  }
}
