import Foundation
import TestSupport
import Testing

/// `avatar generate --audio`: a picture moves and speaks, by one command.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct TalkingCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=220:d=20", "voice.wav"])
    #expect(try avatar("presenters", "--save", "mei", "-o", "mei.mp4").status == 0)
    try folder.run("ffmpeg", ["-v", "error", "-i", "mei.mp4", "-frames:v", "1", "mei.png"])
  }

  private let words = [
    "generate", "--image", "mei.png", "--prompt", "a woman nods", "--size", "256x256", "--steps",
    "3", "--audio", "voice.wav", "--quiet", "-o",
  ]

  private func avatar(_ words: String...) throws -> CommandRun {
    try CommandRun.run(words, in: folder.url)
  }

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: folder.file(name))
  }

  @Test func `the command that is shown makes the same bytes, also after a kill`() throws {
    let first = try CommandRun.run(words + ["a.mp4"], in: folder.url)
    #expect(first.status == 0, "\(first.standardError)")
    let made = try #require(bytes("a.mp4"))
    let shown = try avatar("show", "a.mp4").standardOutput
    let line = try #require(
      shown.split(separator: "\n").first { $0.contains("avatar generate") })
    let start = try #require(line.range(of: "avatar generate"))
    let command = String(line[start.lowerBound...].dropFirst("avatar ".count))
    try FileManager.default.removeItem(atPath: folder.file("a.mp4"))
    try folder.run("sh", ["-c", "\(try #require(CommandRun.binary)) \(command) --quiet"])
    #expect(bytes("a.mp4") == made)

    let run = try StartedRun(words + ["a.mp4", "--force"], in: folder)
    #expect(
      run.waits {
        let work = folder.file(".a.mp4.avatar-work")
        let parts = try? FileManager.default.contentsOfDirectory(atPath: work)
        return parts?.contains { $0.hasPrefix("segment-") } ?? false
      })
    let face = folder.file(".a.mp4.generated.avatar-work/face.mp4")
    let before = try FileManager.default.attributesOfItem(atPath: face)[.systemFileNumber] as? Int
    run.signal(SIGKILL)
    _ = run.wait()
    let after = try FileManager.default.attributesOfItem(atPath: face)[.systemFileNumber] as? Int
    #expect(before != nil && before == after)
    let next = try CommandRun.run(words + ["a.mp4", "--force"], in: folder.url)
    #expect(next.status == 0, "\(next.standardError)")
    #expect(bytes("a.mp4") == made)
    #expect(!folder.names.contains { $0.hasPrefix(".") })
  }

  @Test func `what speech refuses is refused before the face is made`() throws {
    let long = String(repeating: "very long words ", count: 60)
    try folder.write(Array("1\n00:00:00,000 --> 00:00:04,000\n\(long)\n".utf8), to: "a.srt")
    for (options, text) in [
      (["--captions", "a.srt", "--caption-style", "burn"], "is too long for pictures of 256x256"),
      (["--loudness", "-5"], "its peaks would clip at -5.0 LUFS"),
    ] {
      let words = words.filter { $0 != "--quiet" && $0 != "-o" }
      let run = try CommandRun.run(words + options + ["-o", "a.mp4"], in: folder.url)
      #expect(run.status == 65 && run.standardError.contains(text), "\(run.standardError)")
      #expect(!run.standardError.contains("denoising"))
      #expect(!folder.names.contains { $0.hasPrefix(".") })
    }
  }

  @Test(arguments: ["--speech-model", "--gate", "--loudness", "--visible-label", "--captions"])
  func `speech needs a voice`(option: String) throws {
    let value = ["--gate": "off", "--loudness": "-16"][option] ?? "x"
    let run = try avatar(
      "generate", "--image", "mei.png", option, value, "-o", "a.mp4")
    #expect(run.status == 64 && run.standardError.contains("\(option): needs --audio"))
  }
}
