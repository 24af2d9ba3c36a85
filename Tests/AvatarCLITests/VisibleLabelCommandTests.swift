import Foundation
import Media
import TestSupport
import Testing

/// `speak --visible-label` and `--contact-sheet` as a user meets them.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct VisibleLabelCommandTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=300:d=0.5", "v.wav"])
    try folder.run(
      "ffmpeg",
      ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=320x240", "-frames:v", "1", "t.png"])
  }

  private func speak(
    _ arguments: [String], environment: [String: String] = [:]
  ) throws -> CommandRun {
    try CommandRun.run(
      ["speak", "--quiet", "--avatar", "t.png", "--audio", "v.wav"] + arguments, in: folder.url,
      environment: environment)
  }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: folder.url.appending(path: name))
  }

  @Test func `the recorded command draws the label again, and show tells it`() throws {
    let text = "AI: 50%{x} 'it'\n\"all\""
    let run = try speak(
      [
        "--visible-label", text, "--visible-label-position", "bottom-right",
        "--visible-label-seconds", "2.5", "-o", "a.mp4",
      ])
    try #require(run.status == 0, "\(run.standardError)")
    let before = try bytes("a.mp4")
    let shown = try CommandRun.run(["show", "a.mp4", "--json"], in: folder.url)
    let object = try JSONSerialization.jsonObject(with: Data(shown.standardOutput.utf8))
    let report = try #require(object as? [String: Any])
    #expect(report["visible_label"] as? String == text)
    let lines = try CommandRun.run(["show", "a.mp4"], in: folder.url).standardOutput
    #expect(lines.contains("in picture  AI: 50%{x} 'it'\\u{A}\"all\""))
    try folder.run("rm", ["a.mp4"])
    let command = try #require(report["command"] as? String)
    let script = "avatar() { \"$0\" \"$@\"; }; \(command)"
    try folder.run("bash", ["-c", script, try #require(CommandRun.binary)])
    #expect(try bytes("a.mp4") == before)
  }

  @Test(
    arguments: [
      ["--visible-label", ""], ["--visible-label", "a\tb"],
      ["--visible-label", "AI", "--visible-label-seconds", "1"],
      ["--visible-label", "AI", "--visible-label-seconds", "nan"],
      ["--visible-label", "AI", "--visible-label-position", "middle"],
      ["--visible-label-position", "top-left"], ["--visible-label-seconds", "3"],
    ])
  func `usage errors`(arguments: [String]) throws {
    let run = try speak(arguments)
    let option = try #require(arguments.last { $0.hasPrefix("--") })
    #expect(run.status == 64 && run.standardError.contains(option), "\(run.standardError)")
    #expect(run.standardError.split(separator: "\n").count == 1)
    #expect(folder.names == ["t.png", "v.wav"])
  }

  @Test func `a label that does not fit, or has no font, stops before any work`() throws {
    let long = try speak(["--visible-label", String(repeating: "long ", count: 20)])
    #expect(long.status == 65 && long.standardError.contains("use at most"))
    try folder.write(
      Array(
        """
        <?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
        <fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir><cachedir>cache</cachedir></fontconfig>
        """.utf8), to: "latin.conf")
    let latin = ["FONTCONFIG_FILE": folder.file("latin.conf")]
    let chinese = try speak(["--visible-label", "AI生成"], environment: latin)
    #expect(chinese.status == 69)
    #expect(
      chinese.standardError
        == "avatar: error: no font has 生 成: install one, on Debian with apt-get install fonts-noto-cjk\n"
    )
    let text = try String(contentsOfFile: folder.file("latin.conf"), encoding: .utf8)
    try folder.write(Array(text.replacing("dejavu", with: "none").utf8), to: "none.conf")
    let none = ["FONTCONFIG_FILE": folder.file("none.conf")]
    for arguments in [["--visible-label", "AI"], ["--contact-sheet"]] {
      let run = try speak(arguments, environment: none)
      #expect(run.status == 69 && run.standardError.contains("fonts-dejavu-core"))
      #expect(run.standardError.split(separator: "\n").count == 1)
    }
    #expect(!folder.names.contains { $0.contains(".mp4") })
    #expect(try speak([], environment: none).status == 0)
  }

  @Test func `a contact sheet lies beside the video, and is replaced only by force`() throws {
    let run = try speak(["-o", "a.mp4", "--contact-sheet", "--json"])
    try #require(run.status == 0, "\(run.standardError)")
    #expect(run.standardOutput.contains(#""contact_sheet" : "a.sheet.jpg""#))
    #expect(folder.names == ["a.mp4", "a.sheet.jpg", "t.png", "v.wav"])
    let sheet = try bytes("a.sheet.jpg")
    try folder.run("rm", ["a.mp4"])
    let refused = try speak(["-o", "a.mp4", "--contact-sheet"])
    #expect(refused.status == 73 && refused.standardError.contains("a.sheet.jpg: exists already"))
    #expect(!folder.names.contains("a.mp4"))
    try folder.write([1], to: "a.sheet.jpg")
    #expect(try speak(["-o", "a.mp4", "--contact-sheet", "--force"]).status == 0)
    #expect(try bytes("a.sheet.jpg") == sheet)
  }

  @Test func `batches draw labels and make sheets, and both again for another label`() throws {
    func run(_ label: String) throws {
      let job = """
        version: 1
        jobs:
        - {speak: {audio: v.wav, avatar: t.png, visible_label: "\(label)"}, output: o/a.mp4, contact_sheet: true}
        """
      try folder.write(Array(job.utf8), to: "m.yaml")
      let run = try CommandRun.run(
        ["batch", "run", "m.yaml", "--quiet"], in: folder.url,
        environment: ["AVATAR_HOME": folder.file("home")])
      #expect(run.status == 0, "\(run.standardError)")
    }
    try run("AI: one")
    #expect(try probe(folder.file("o/a.mp4")).tags["avatar_visible_label"] == "AI: one")
    let sheet = try bytes("o/a.sheet.jpg")
    try run("AI: two")
    #expect(try probe(folder.file("o/a.mp4")).tags["avatar_visible_label"] == "AI: two")
    #expect(try bytes("o/a.sheet.jpg") != sheet)
  }
}
