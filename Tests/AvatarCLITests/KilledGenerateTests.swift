import Foundation
import TestSupport
import Testing

/// `avatar generate`, killed while it denoises.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct KilledGenerateTests {
  @Test func `the next run goes on, to the same bytes`() throws {
    let folder = try TemporaryFolder()
    let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "RuntimeTests/Fixtures/stable-diffusion")
    let words = [
      "generate", "--base", model.path, "--prompt", "a woman", "--size", "128x128", "--steps",
      "300",
      "--sampler", "dpm++2m-sde", "--threads", "1", "--quiet", "-o", "a.png",
    ]
    #expect(try CommandRun.run(words, in: folder.url).status == 0)
    let undisturbed = try folder.bytes("a.png")
    try FileManager.default.removeItem(atPath: folder.file("a.png"))

    let state = folder.file(".a.png.avatar-work/picture.steps.safetensors")
    let run = try StartedRun(words, in: folder)
    #expect(run.waits { FileManager.default.fileExists(atPath: state) })
    usleep(100_000)
    run.signal(SIGKILL)
    #expect(run.wait() == -SIGKILL)
    #expect(FileManager.default.fileExists(atPath: state))
    // Another request does not take it up.
    let other = try CommandRun.run(words + ["--seed", "5"], in: folder.url)
    #expect(other.status == 0 && !FileManager.default.fileExists(atPath: state))
    #expect(try folder.bytes("a.png") != undisturbed)
    try FileManager.default.removeItem(atPath: folder.file("a.png"))

    let again = try StartedRun(words, in: folder)
    #expect(again.waits { FileManager.default.fileExists(atPath: state) })
    again.signal(SIGKILL)
    _ = again.wait()
    let next = try CommandRun.run(words, in: folder.url)
    #expect(next.status == 0, "\(next.standardError)")
    #expect(try folder.bytes("a.png") == undisturbed)
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }
}

extension TemporaryFolder {
  fileprivate func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: file(name)))
  }
}
