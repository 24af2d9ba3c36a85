import Foundation
import TestSupport
import Testing

/// IP-Adapters, ControlNets and the face network as installed models, with tiny ones of random weights.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct NamedPartsTests {
  private let folder: TemporaryFolder
  private let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "RuntimeTests/Fixtures").path

  init() throws {
    folder = try TemporaryFolder()
    for (source, target) in [
      ("ip-adapter/plain.safetensors", "IP-Adapter/models/ip-adapter_sd15.safetensors"),
      ("ip-adapter/image_encoder", "IP-Adapter/models/image_encoder"),
      ("ip-adapter/face.safetensors", "IP-Adapter-FaceID/ip-adapter-faceid_sd15.bin"),
      ("ip-adapter/w600k_r50.onnx", "buffalo_l/w600k_r50.onnx"),
      ("controlnets/depth", "control_v11f1p_sd15_depth"),
    ] {
      let path = folder.file("models/\(target)")
      try FileManager.default.createDirectory(
        atPath: URL(filePath: path).deletingLastPathComponent().path,
        withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: "\(fixtures)/\(source)", toPath: path)
    }
  }

  private func run(_ arguments: String...) throws -> CommandRun {
    try CommandRun.run(
      arguments, in: folder.url,
      environment: [
        "AVATAR_HOME": folder.file("home"), "HOME": folder.file("user"), "HF_HUB_OFFLINE": "1",
        "HF_HOME": folder.file("hf"), "HF_HUB_CACHE": "", "XDG_CACHE_HOME": "",
      ])
  }

  private func install(_ name: String) throws -> CommandRun {
    try run("models", "install", name, "--from", "models", "--yes")
  }

  private func draw(_ output: String, _ options: String...) throws -> Data? {
    let drawn = try CommandRun.run(
      [
        "generate", "--base", "\(fixtures)/stable-diffusion", "--prompt", "a woman", "--size",
        "48x32", "--steps", "2", "--threads", "1", "--no-command-metadata", "--quiet", "-o", output,
      ] + options, in: folder.url,
      environment: ["AVATAR_HOME": folder.file("home"), "HOME": folder.file("user")])
    #expect(drawn.status == 0, "\(drawn.standardError)")
    return FileManager.default.contents(atPath: folder.file(output))
  }

  @Test func `an adapter, a FaceID and a ControlNet are installed, and named by their names`()
    throws
  {
    let look = "\(fixtures)/ip-adapter/look.png"
    let missing = try run(
      "generate", "--base", "\(fixtures)/stable-diffusion", "--prompt", "x", "--ip-adapter",
      "ip-adapter_sd15", "--ip-adapter-image", look, "-o", "a.png")
    #expect(missing.status == 69)
    #expect(missing.standardError.contains("type avatar models install ip-adapter_sd15"))
    for name in ["ip-adapter_sd15", "ip-adapter-faceid_sd15", "control_v11f1p_sd15_depth"] {
      let installed = try install(name)
      #expect(installed.status == 0, "\(installed.standardError)")
      let verified = try run("models", "verify", name)
      #expect(verified.status == 0, "\(verified.standardError)")
    }
    let named = try draw(
      "a.png", "--ip-adapter", "ip-adapter_sd15", "--ip-adapter-image", look)
    let given = try draw(
      "b.png", "--ip-adapter", "models/IP-Adapter/models/ip-adapter_sd15.safetensors",
      "--ip-adapter-image", look)
    #expect(named != nil && named == given)
    let held = try draw(
      "c.png", "--control", "depth=control_v11f1p_sd15_depth:0.5", "--control-image", look)
    let heldGiven = try draw(
      "d.png", "--control", "depth=models/control_v11f1p_sd15_depth:0.5", "--control-image", look)
    #expect(held != nil && held == heldGiven && held != named)
    // The face network is found where it was installed from, and the picture shows no face.
    let face = try run(
      "generate", "--base", "\(fixtures)/stable-diffusion", "--prompt", "x", "--size", "48x32",
      "--steps", "2", "--ip-adapter", "ip-adapter-faceid_sd15", "--ip-adapter-image", look, "-o",
      "e.png")
    #expect(face.status == 65 && face.standardError.contains("no face was found"))
  }

  @Test func `manifests know the names, and another network is no face network`() throws {
    let look = "\(fixtures)/ip-adapter/look.png"
    let text = """
      version: 1
      jobs:
      - output: out/a.png
        generate: {base: \(fixtures)/stable-diffusion, prompt: x, size: 48x32, steps: 2, ip_adapter: ip-adapter_sd15,
          ip_adapter_image: \(look), control: "depth=control_v11f1p_sd15_depth:0.5", control_image: \(look)}
      """
    try folder.write(Array(text.utf8), to: "m.yaml")
    let early = try run("batch", "run", "m.yaml", "--quiet")
    #expect(early.status != 0 && early.standardError.contains("avatar models install"))
    for name in ["ip-adapter_sd15", "control_v11f1p_sd15_depth"] {
      #expect(try install(name).status == 0)
    }
    let made = try run("batch", "run", "m.yaml", "--quiet")
    #expect(made.status == 0, "\(made.standardError)")
    #expect(try run("batch", "plan", "m.yaml").standardOutput.contains("0 to run: 1 done"))
    try folder.write([8, 6, 0x12, 1, 0x61, 0x3A, 0], to: "models/buffalo_l/w600k_r50.onnx")
    let other = try install("ip-adapter-faceid_sd15")
    #expect(other.status == 65 && other.standardError.contains("another network"))
  }
}
