import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

/// `speak` end to end, with speech from espeak-ng and the embedded model.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct SpeakTests {
  private struct Report: Decodable {
    let frames: Int
    let fps: String
    let width: Int
    let height: Int
    let duration: Double
    let audio_duration: Double
    let frames_with_face: Int
    let frames_passed_through: Int
  }

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func speak(_ arguments: [String]) throws -> Report {
    let run = try CommandRun.run(
      ["speak", "--json", "--quiet", "--force"] + arguments, in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
    #expect(run.standardError.isEmpty)
    return try JSONDecoder().decode(Report.self, from: Data(run.standardOutput.utf8))
  }

  private func say(_ text: String) throws {
    try folder.run("espeak-ng", ["-w", "say.wav", text])
  }

  /// Digest of the decoded pictures or of the whole file.
  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: folder.url.appending(path: name))
  }

  @Test func `a presenter speaks`() throws {
    try say("Hello, my name is Bob.")
    let report = try speak(["--audio", "say.wav"])
    #expect(report.frames > 20)
    #expect(report.frames_with_face == report.frames)
    #expect(report.frames_passed_through == 0)
    #expect(abs(report.duration - report.audio_duration) <= 0.04)
    #expect(folder.names == ["say.mp4", "say.wav"])
  }

  @Test func `the same bytes twice and for one and two threads`() throws {
    try say("Papa may buy a blue boat.")
    _ = try speak(["--audio", "say.wav", "-o", "a.mp4", "--threads", "1"])
    _ = try speak(["--audio", "say.wav", "-o", "b.mp4", "--threads", "2"])
    _ = try speak(["--audio", "say.wav", "-o", "c.mp4", "--threads", "2"])
    let first = try bytes("a.mp4")
    #expect(try bytes("b.mp4") == first)
    #expect(try bytes("c.mp4") == first)
  }

  @Test func `a picture without a face passes through with a warning`() throws {
    try say("Hello.")
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=161x121", "-frames:v", "1", "t.png"])
    let run = try CommandRun.run(
      ["speak", "--json", "--quiet", "--audio", "say.wav", "--avatar", "t.png"], in: folder.url)
    #expect(run.status == 0)
    #expect(run.standardError.contains("warning"))
    let report = try JSONDecoder().decode(Report.self, from: Data(run.standardOutput.utf8))
    #expect(report.frames_passed_through == report.frames)
    #expect(report.width == 160 && report.height == 120)
  }

  @Test(arguments: ["24", "30000/1001", "50"])
  func `frames cover the sound exactly at any rate`(rate: String) throws {
    try say("One, two, three.")
    let report = try speak(["--audio", "say.wav", "--fps", rate])
    let exact = try #require(Rational(parsing: rate))
    #expect(report.frames == Int((report.audio_duration * exact.value).rounded(.up)))
    #expect(report.fps == rate)
    let info = try probe("\(folder.file("say.mp4"))")
    #expect(info.frameCount == report.frames)
  }

  @Test func `a stream's wave header is repaired`() throws {
    try say("Hello.")
    var header = try bytes("say.wav")
    header.replaceSubrange(4..<8, with: [0xFF, 0xFF, 0xFF, 0xFF])
    header.replaceSubrange(40..<44, with: [0xFF, 0xFF, 0xFF, 0xFF])
    try folder.write(header, to: "stream.wav")
    let plain = try speak(["--audio", "say.wav"])
    let stream = try speak(["--audio", "stream.wav"])
    #expect(stream.frames == plain.frames)
  }
}
