import Foundation
import TestSupport
import Testing

/// Each failure: one line, the documented exit code, and no file left.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct SpeakFailureTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func expectFailure(
    _ arguments: [String], status: Int32, mentioning words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = folder.names
    let run = try CommandRun.run(["speak", "--quiet"] + arguments, in: folder.url)
    #expect(run.status == status, "\(run.standardError)", sourceLocation: sourceLocation)
    let lines = run.standardError.split(separator: "\n")
    #expect(lines.count == 1, "\(run.standardError)", sourceLocation: sourceLocation)
    #expect(run.standardError.hasPrefix("avatar: error: "), sourceLocation: sourceLocation)
    for word in words {
      #expect(
        run.standardError.contains(word), "\(run.standardError)", sourceLocation: sourceLocation)
    }
    #expect(run.standardOutput.isEmpty, sourceLocation: sourceLocation)
    #expect(folder.names == before, sourceLocation: sourceLocation)
  }

  private func voice(seconds: Double = 1) throws -> String {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=\(seconds)", "-ar", "16000", "v.wav"])
    return "v.wav"
  }

  @Test func `missing audio`() throws {
    try expectFailure(["--audio", "none.wav"], status: 66, mentioning: "none.wav")
  }

  @Test func `empty audio`() throws {
    try folder.write([], to: "empty.wav")
    try expectFailure(["--audio", "empty.wav"], status: 65, mentioning: "empty.wav")
  }

  @Test func `truncated audio`() throws {
    let whole = try Data(contentsOf: folder.url.appending(path: voice()))
    try folder.write(whole.prefix(30), to: "cut.wav")
    try expectFailure(["--audio", "cut.wav"], status: 65, mentioning: "cut.wav")
  }

  @Test func `text as audio`() throws {
    try folder.write(Array("not a sound\n".utf8), to: "text.wav")
    try expectFailure(["--audio", "text.wav"], status: 65, mentioning: "text.wav")
  }

  @Test func `text as MP3`() throws {
    try folder.write(Array("not a song, and no MPEG frame in it either\n".utf8), to: "text.mp3")
    try expectFailure(["--audio", "text.mp3"], status: 65, mentioning: "text.mp3")
  }

  @Test func `a folder as audio`() throws {
    try expectFailure(["--audio", "."], status: 65)
  }

  @Test func `video without sound as audio`() throws {
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:d=0.2", "mute.mkv"])
    try expectFailure(["--audio", "mute.mkv"], status: 65, mentioning: "mute.mkv")
  }

  @Test func `audio of no length`() throws {
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=1", "-t", "0", "zero.wav"])
    try expectFailure(["--audio", "zero.wav"], status: 65, mentioning: "zero.wav")
  }

  @Test(.enabled(if: getuid() != 0, "root reads everything"))
  func `unreadable audio`() throws {
    let path = folder.file(try voice())
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    try expectFailure(["--audio", "v.wav"], status: 66, mentioning: "v.wav")
  }

  @Test func `unknown avatar`() throws {
    try expectFailure(
      ["--audio", try voice(), "--avatar", "nobody"], status: 66, mentioning: "nobody")
  }

  @Test func `a name of two lines`() throws {
    try expectFailure(
      ["--audio", try voice(), "--avatar", "no\nbody"], status: 66, mentioning: "no body")
  }

  @Test func `text as avatar`() throws {
    try folder.write(Array("not a picture\n".utf8), to: "face.png")
    try expectFailure(
      ["--audio", try voice(), "--avatar", "face.png"], status: 65, mentioning: "face.png")
  }

  @Test func `picture without a face where one is required`() throws {
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "color=teal:s=320x240", "-frames:v", "1", "b.png"])
    try expectFailure(
      ["--audio", try voice(), "--avatar", "b.png", "--require-face"], status: 65,
      mentioning: "face")
  }

  @Test func `output folder does not exist`() throws {
    try expectFailure(["--audio", try voice(), "-o", "no/out.mp4"], status: 73, mentioning: "no")
  }

  @Test func `existing output`() throws {
    try folder.write([1, 2, 3], to: "out.mp4")
    try expectFailure(
      ["--audio", try voice(), "-o", "out.mp4"], status: 73, mentioning: "--force")
    #expect(try Data(contentsOf: folder.url.appending(path: "out.mp4")) == Data([1, 2, 3]))
  }

  @Test func `output is a folder`() throws {
    try expectFailure(["--audio", try voice(), "-o", ".", "--force"], status: 73)
  }

  @Test func `output is an input`() throws {
    try folder.run("cp", [try voice(), "voice.mp4"])
    let before = try Data(contentsOf: folder.url.appending(path: "voice.mp4"))
    try expectFailure(
      ["--audio", "voice.mp4", "-o", "./voice.mp4", "--force"], status: 73, mentioning: "input")
    #expect(try Data(contentsOf: folder.url.appending(path: "voice.mp4")) == before)
  }

  @Test func `output among the input's pictures`() throws {
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "frames"), withIntermediateDirectories: true)
    try folder.write([1], to: "frames/1.png")
    try expectFailure(
      ["--audio", try voice(), "--avatar", "frames", "-o", "frames/out.mp4"], status: 73,
      mentioning: "pictures")
  }

  @Test func `output is a pipe`() throws {
    try folder.run("mkfifo", ["pipe.mp4"])
    try expectFailure(
      ["--audio", try voice(), "-o", "pipe.mp4", "--force"], status: 73, mentioning: "regular")
  }

  @Test func `unknown model`() throws {
    try expectFailure(
      ["--audio", try voice(), "--model", "musetalk-1.5"], status: 69, mentioning: "musetalk-1.5")
  }

  @Test(arguments: [
    ["--crf", "99"], ["--fps", "fast"], ["--fps", "0"], ["-o", "out.mkv"],
    ["--fps", "4611686018427387903/4611686018427387902"], ["--threads", "0"], ["--loop", "spin"],
    ["--background", "red"], ["--background", "+12345"], ["--frobnicate"],
    ["--length", "song"], ["--loudness", "-3"], ["--loudness", "loud"], ["--captions", ""],
    ["--caption-style", "burn"], ["--captions", "a.srt", "--caption-style", "paint"],
  ])
  func `usage errors`(arguments: [String]) throws {
    try expectFailure(["--audio", try voice()] + arguments, status: 64, mentioning: "--help")
  }

  @Test(.enabled(if: getuid() == 0, "mounting a small disk takes root"))
  func `full disk`() throws {
    let small = folder.file("small")
    try FileManager.default.createDirectory(atPath: small, withIntermediateDirectories: true)
    let mount = try CommandRun.run(
      ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], binary: "/usr/bin/env")
    try #require(mount.status == 0, "\(mount.standardError)")
    defer { _ = try? CommandRun.run(["umount", small], binary: "/usr/bin/env") }
    let audio = try voice(seconds: 4)
    let run = try CommandRun.run(
      ["speak", "--quiet", "--audio", audio, "-o", "small/out.mp4"], in: folder.url)
    #expect(run.status == 74, "\(run.standardError)")
    #expect(run.standardError.split(separator: "\n").count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: small).isEmpty)
  }

  @Test func `interrupted`() throws {
    let audio = try voice(seconds: 60)
    let before = folder.names
    let run = try CommandRun.run(
      ["speak", "--quiet", "--audio", audio], in: folder.url, interruptAfter: 2)
    #expect(run.status == 130, "\(run.standardError)")
    #expect(folder.names == before)
  }
}
