import Diffusion
import Foundation
import MediaTypes
import TestSupport
import Testing

@testable import Runtime

/// Settings for a base model, in a file or by name.
@Suite struct GenerationPresetTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func file(_ text: String) throws -> String {
    try folder.write(Array(text.utf8), to: "settings.json")
  }

  private func request(
    _ preset: String, _ change: (inout GenerateRequest) -> Void = { _ in }
  ) throws -> GenerateRequest {
    try GenerateRequest(output: "a.png", preset: preset, model: nil) {
      $0.prompt = "a man"
      change(&$0)
    }
  }

  @Test func `a preset's settings hold where nothing else is asked for`() throws {
    let path = try file(
      """
      {"base": "sd15", "checkpoint": "/else/style.ckpt", "vae": "vae.safetensors", "lora": ["film.safetensors:0.5"],
       "embedding": ["bad.pt"], "prompt_prefix": "photo of ", "prompt_suffix": ", soft light",
       "negative_prompt": "bad", "video_negative_prompt": "cars", "steps": 25, "guidance": 6.5,
       "sampler": "dpm++2m-karras", "clip_skip": 2, "strength": 1, "size": "512x768", "picture_steps": 9,
       "picture_guidance": 5}
      """)
    let plain = try request(path)
    #expect(plain.prompt == "photo of a man, soft light" && plain.negativePrompt == "bad")
    #expect(plain.base == folder.file("sd15") && plain.checkpoint == "/else/style.ckpt")
    #expect(plain.autoencoder == folder.file("vae.safetensors"))
    #expect(
      plain.loras == [LoRAChoice(path: folder.file("film.safetensors"), strength: 0.5)]
        && plain.embeddings == [folder.file("bad.pt")])
    #expect(plain.steps == 25 && plain.guidance == 6.5 && plain.sampler == .dpmPlusPlus2MKarras)
    #expect(plain.clipSkip == 2 && plain.strength == 1 && plain.museV.negativePrompt == "cars")
    #expect(plain.museV.pictureSteps == 9 && plain.museV.pictureGuidance == 5)
    #expect(try #require(plain.size) == (512, 768))
    let other = try request(path) {
      ($0.steps, $0.sampler, $0.negativePrompt) = (3, .ddim, "")
      $0.loras.append(LoRAChoice(path: "b"))
    }
    #expect(other.steps == 3 && other.sampler == .ddim && other.negativePrompt.isEmpty)
    #expect(other.loras.map(\.path) == [folder.file("film.safetensors"), "b"])
  }

  @Test func `names are the user's own, or MuseV's`() throws {
    let presets = folder.file("presets")
    try FileManager.default.createDirectory(atPath: presets, withIntermediateDirectories: false)
    try folder.write(Array(#"{"steps": 4}"#.utf8), to: "presets/mine.json")
    var request = GenerateRequest(output: "a.png")
    try GenerationPreset("mine", model: nil, environment: ["AVATAR_HOME": folder.path])
      .apply(to: &request)
    #expect(request.steps == 4)
    for name in GenerationPreset.names {
      try GenerationPreset(name, model: folder.path).apply(to: &request)
      #expect(request.base?.hasPrefix("\(folder.path)/../../t2i/sd1.5/") == true)
      #expect(request.embeddings.count >= 2 && request.negativePrompt.contains("badhandv4"))
    }
  }

  @Test func `what can't be used is said in one line`() throws {
    func complaint(_ code: ExitCode, _ preset: String) throws -> String {
      let error = try #require(throws: RuntimeError.self) { try request(preset) }
      #expect(error.exitCode == code && !error.description.contains("\n"))
      return error.description
    }
    #expect(try complaint(.missingInput, folder.file("no.json")).contains("no.json"))
    #expect(try complaint(.missingInput, "nobody's").contains("fantasticmix, majicmix"))
    #expect(try complaint(.badInput, file("[1]")).contains("no JSON object"))
    #expect(try complaint(.badInput, file(#"{"stepz": 4}"#)).contains("stepz: is not known"))
    #expect(try complaint(.badInput, file(#"{"steps": 0}"#)).contains("steps"))
    #expect(try complaint(.badInput, file(#"{"sampler": "x"}"#)).contains("euler"))
    #expect(try complaint(.badInput, file(#"{"prompt_suffix": 1}"#)).contains("write a text"))
    #expect(try complaint(.badInput, file(#"{"seed": 1}"#)).contains("seed: is not known"))
  }
}
