import Foundation
import TestSupport
import Testing

/// Labels as other programs see them, and `avatar show`.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct ShowTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=0.5", "v.wav"])
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x48", "-frames:v", "1", "t.png"])
  }

  private func speak(_ arguments: [String]) throws {
    let run = try CommandRun.run(
      ["speak", "--quiet", "--avatar", "t.png", "--audio", "v.wav"] + arguments, in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
  }

  private func show(_ name: String) throws -> [String: Any] {
    let run = try CommandRun.run(["show", name, "--json"], in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
    let object = try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8))
    return try #require(object as? [String: Any])
  }

  private func text(_ name: String) throws -> String {
    let run = try CommandRun.run(["show", name], in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
    return run.standardOutput
  }

  /// The tags as ffprobe reads them.
  private func tags(_ name: String) throws -> [String: String] {
    let run = try folder.run(
      "ffprobe", ["-v", "error", "-show_entries", "format_tags", "-of", "json", name])
    let object = try JSONSerialization.jsonObject(with: Data(run.standardOutput.utf8))
    let format = (object as? [String: Any])?["format"] as? [String: Any]
    return try #require(format?["tags"] as? [String: String])
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: folder.url.appending(path: name))
  }

  @Test func `ffprobe reads the label of every output`() throws {
    let producer = "艾 \"q\" \\ \n😀" + String(repeating: "長", count: 20000)
    try speak(["-o", "a.mp4", "--producer", producer, "--content-id=-1'"])
    let tags = try tags("a.mp4")
    let label = try JSONSerialization.jsonObject(with: Data(try #require(tags["AIGC"]).utf8))
    #expect(
      label as? [String: String] == [
        "Label": "1", "ContentProducer": producer, "ProduceID": "-1'", "ReservedCode1": "",
        "ContentPropagator": producer, "PropagateID": "-1'", "ReservedCode2": "",
      ])
    let shown = try show("a.mp4")
    #expect(shown["aigc"] as? [String: String] == label as? [String: String])
  }

  @Test func `shows what made the file, and the command makes it again`() throws {
    try folder.run("cp", ["v.wav", "-it's a\nvoice.wav"].map { "./\($0)" })
    let run = try CommandRun.run(
      [
        "speak", "--quiet", "--audio=-it's a\nvoice.wav", "--avatar", "t.png", "--crf", "30", "-o",
        "a.mp4", "--seed", "7", "--loop", "hold", "--background", "102030", "--producer=-x '",
      ], in: folder.url)
    try #require(run.status == 0, "\(run.standardError)")
    let shown = try show("a.mp4")
    #expect(shown["made_by_avatar"] as? Bool == true && shown["model"] as? String == "mini")
    #expect(shown["seed"] as? String == "7" && shown["fps"] as? String == "25")
    #expect(shown["width"] as? Int == 64 && shown["frames"] as? Int == 13)
    #expect((shown["sound"] as? [String: Any])?["sample_rate"] as? Int == 44100)
    let before = try bytes("a.mp4")
    try folder.run("rm", ["a.mp4"])
    let command = try #require(shown["command"] as? String)
    let script = "avatar() { \"$0\" \"$@\"; }; \(command)"
    try folder.run("bash", ["-c", script, try #require(CommandRun.binary)])
    #expect(try bytes("a.mp4") == before)
    #expect(try text("a.mp4").contains(command))
  }

  @Test func `equal bytes under any name, and no names where none are wanted`() throws {
    try speak(["-o", "a.mp4"])
    try speak(["-o", "b.mp4"])
    #expect(try bytes("a.mp4") == bytes("b.mp4"))
    try speak(["-o", "c.mp4", "--no-command-metadata"])
    #expect(try bytes("c.mp4").firstRange(of: Data("v.wav".utf8)) == nil)
    #expect(try text("c.mp4").contains("the command was not recorded"))
  }

  @Test func `files of others are told apart, with their label`() throws {
    try speak(["-o", "a.mp4"])
    func copy(_ name: String, _ entries: [String]) throws {
      try folder.run(
        "ffmpeg",
        ["-v", "error", "-i", "a.mp4", "-map_metadata", "-1", "-c", "copy"]
          + entries.flatMap { ["-metadata", $0] } + ["-movflags", "use_metadata_tags", name])
    }
    try copy("none.mp4", [])
    #expect(try show("none.mp4")["made_by_avatar"] as? Bool == false)
    #expect(try text("none.mp4").contains("not made by avatar"))
    try copy("wrapped.mkv", [#"AIGC={"AIGC": {"Label": 2, "ContentProducer": "k"}}"#])
    #expect(try text("wrapped.mkv").contains("may be AI-generated (Label 2)"))
    try copy("bad.mp4", ["AIGC=\u{1B}[31mred"])
    #expect(try text("bad.mp4").contains("can't be read: \\u{1B}[31mred"))
    for (number, trap) in ["avatar speak; rm -rf /", "avatar speak --force", "rm x"].enumerated() {
      try copy("trap\(number).mp4", ["avatar_version=1", "avatar_command=\(trap)"])
      #expect(try show("trap\(number).mp4")["command"] == nil)
      #expect(try !text("trap\(number).mp4").contains(trap))
    }
  }

  @Test func `broken files and what is no media`() throws {
    try speak(["-o", "a.mp4"])
    let whole = try bytes("a.mp4")
    try folder.write(whole.prefix(whole.count - 100), to: "cut.mp4")
    #expect(try text("cut.mp4").contains("cut off"))
    try folder.write(Array("no media\n".utf8), to: "text.mp4")
    try folder.write([], to: "empty.mp4")
    for (name, status) in [("text.mp4", 65), ("empty.mp4", 65), (".", 65), ("none.mp4", 66)] {
      let run = try CommandRun.run(["show", name, "--json"], in: folder.url)
      #expect(run.status == Int32(status), "\(name): \(run.standardError)")
      #expect(run.standardError.hasPrefix("avatar: error: ") && run.standardOutput.isEmpty)
      #expect(run.standardError.split(separator: "\n").count == 1)
    }
    try folder.run("ffmpeg", ["-v", "error", "-i", "t.png", "p.jpg"])
    #expect(try show("p.jpg")["width"] as? Int == 64)
    #expect(try show("v.wav")["kind"] as? String == "audio-only")
  }

  @Test(arguments: [["--producer", ""], ["--content-id", ""]])
  func `usage errors`(arguments: [String]) throws {
    let run = try CommandRun.run(
      ["speak", "--audio", "v.wav"] + arguments, in: folder.url)
    #expect(run.status == 64 && run.standardError.contains(arguments[0]))
  }
}
