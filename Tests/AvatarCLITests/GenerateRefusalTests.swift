import Foundation
import TestSupport
import Testing

/// What `generate` refuses before any work.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct GenerateRefusalTests {
  let folder: TemporaryFolder
  private let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "RuntimeTests/Fixtures").path
  private var drawing: String { fixtures + "/stable-diffusion" }

  init() throws {
    folder = try TemporaryFolder()
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1", "a.png"])
  }

  @Test func `a look under the output's own name`() throws {
    let run = try CommandRun.run(
      ["generate", "--base", drawing, "--prompt", "x", "--preview", "./b.png", "-o", "b.png"],
      in: folder.url)
    #expect(run.status == 73 && run.standardError.contains("is also the name of another output"))
    #expect(folder.names == ["a.png"])
  }

  @Test(arguments: [
    (["--base", "."], "mini moves a picture's own pixels and draws nothing"),
    (["--ip-adapter-scale", "0.5"], "--ip-adapter and what belongs to it: mini moves"),
    (["--face-network", "x"], "--ip-adapter and what belongs to it: mini moves"),
  ])
  func `what mini has no use for`(options: [String], text: String) throws {
    let run = try CommandRun.run(
      ["generate", "--model", "mini", "--image", "a.png", "-o", "a.mp4"] + options, in: folder.url)
    #expect(run.status == 64 && run.standardError.contains(text), "\(run.standardError)")
  }

  @Test func `an adapter's options without an adapter, and a share of the steps with no step`()
    throws
  {
    for (options, text) in [
      (["--ip-adapter-scale", "0.5"], "--ip-adapter-scale 0.5: needs --ip-adapter"),
      (
        [
          "--control", "depth=\(fixtures)/controlnets/depth:1:0.9-0.95",
          "--control-image", "a.png", "--steps", "4", "--size", "64x64",
        ], "no step of 4 lies from 0.9 to 0.95"
      ),
    ] {
      let run = try CommandRun.run(
        ["generate", "--base", drawing, "--prompt", "x", "-o", "b.png"] + options, in: folder.url)
      #expect(run.status == 64 && run.standardError.contains(text), "\(run.standardError)")
    }
  }

  @Test func `a model that moves no lips is none to speak with`() throws {
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "a.wav"])
    let run = try CommandRun.run(
      ["speak", "--audio", "a.wav", "--model", "musev", "-o", "b.mp4"], in: folder.url)
    #expect(run.status == 64 && run.standardError.contains("makes no lips follow a sound"))
  }
}
