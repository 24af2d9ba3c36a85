import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import ModelStore

@Suite struct LocateTests {
  @Test("a model that isn't installed says which files are missing and what to type")
  func notInstalled() throws {
    let workshop = try Workshop()
    let error = try #require(throws: ModelStoreError.self) { try workshop.store.locate("pair") }
    #expect(error.exitCode == .modelNotInstalled)
    #expect(
      error.description
        == "model pair is not installed, lacking unets/unet.pth, unets/unet.json, "
        + "detector/detector.pth: type avatar models install pair, or avatar models import "
        + "FOLDER if you have it")
    #expect(throws: ModelStoreError.unknown(name: "none", known: ["mini", "pair"])) {
      try workshop.store.locate("none")
    }
    #expect(throws: ModelStoreError.embedded(name: "mini")) { try workshop.store.locate("mini") }
  }

  @Test("a models folder of upstream's layout is used in place")
  func folder() throws {
    let workshop = try Workshop()
    try workshop.putPair(in: "models")
    let folder = workshop.temporary.file("models")
    let model = try workshop.store.locate(folder)
    #expect(model.name == folder && model.published.name == "pair" && model.identity == nil)
    #expect(try model.weights(.unet) == "\(folder)/unets/unet.pth")
    #expect(try model.part(.unet).configuration == "\(folder)/unets/unet.json")
    #expect(try model.weights(.faceDetector) == "\(folder)/detector/detector.pth")
    #expect(throws: ModelStoreError.roleMissing(model: folder, role: "vae")) {
      try model.part(.vae)
    }
  }

  @Test("a folder with a UNet of one's own takes the rest from other caches")
  func ownUNet() throws {
    let workshop = try Workshop()
    try workshop.put(Workshop.weights("unet.weight"), at: "own/unets/unet.safetensors")
    try workshop.put(Data("{}".utf8), at: "own/unets/unet.json")
    let folder = workshop.temporary.file("own")
    #expect(
      throws: ModelStoreError.incompleteFolder(
        folder: folder, model: "pair", missing: ["detector/detector.pth"])
    ) { try workshop.store.locate(folder) }
    let cached = try workshop.put(
      Workshop.weights("detector.weight"), at: "torch/hub/checkpoints/detector.pth")
    let model = try workshop.store.locate(folder)
    #expect(try model.weights(.unet) == "\(folder)/unets/unet.safetensors")
    #expect(try model.weights(.faceDetector) == cached)
  }

  @Test("Hugging Face's cache is read where refs point, else in any snapshot")
  func huggingFaceCache() throws {
    let workshop = try Workshop()
    let root = "hf/hub/models--maker--pair"
    for commit in ["aaa", "bbb"] {
      try workshop.put(
        Workshop.weights("unet.weight"), at: "\(root)/snapshots/\(commit)/v1/unet.pth")
      try workshop.put(Data("{}".utf8), at: "\(root)/snapshots/\(commit)/v1/unet.json")
    }
    func found() -> String? {
      workshop.store.find(Workshop.unet, in: workshop.store.places)?.weights.path
    }
    #expect(found()?.hasSuffix("snapshots/aaa/v1/unet.pth") == true)
    try workshop.put(Data("bbb\n".utf8), at: "\(root)/refs/main")
    #expect(found()?.hasSuffix("snapshots/bbb/v1/unet.pth") == true)
  }

  @Test("weights without their configuration are no part")
  func withoutConfiguration() throws {
    let workshop = try Workshop()
    try workshop.put(Workshop.weights("unet.weight"), at: "home/models/unets/unet.pth")
    #expect(workshop.store.find(Workshop.unet, in: workshop.store.places) == nil)
  }
}
