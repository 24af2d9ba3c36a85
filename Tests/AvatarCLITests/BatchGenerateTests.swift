import Foundation
import Media
import TestSupport
import Testing

/// Jobs that draw, and jobs that draw what then speaks, with a tiny model of random weights.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchGenerateTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "RuntimeTests/Fixtures/stable-diffusion")
    try FileManager.default.copyItem(atPath: model.path, toPath: folder.file("sd"))
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=220:r=16000:d=30", "long.wav"])
    let text = """
      version: 1
      defaults: {contact_sheet: true, generate: {base: sd, prompt: a woman, size: 96x96, steps: 2}}
      jobs:
      - {name: picture, generate: {seed: 1}, output: out/picture.png}
      - {name: both, generate: {seed: 2}, speak: {audio: long.wav, threads: 1}, output: out/both.mp4}
      """
    try folder.write(Array(text.utf8), to: "m.yaml")
  }

  private func batch(_ arguments: String...) throws -> CommandRun {
    try CommandRun.run(
      ["batch"] + arguments, in: folder.url, environment: ["AVATAR_HOME": folder.file("home")])
  }

  private var outputs: Set<String> {
    Set((try? FileManager.default.contentsOfDirectory(atPath: folder.file("out"))) ?? [])
  }

  private func bytes(_ name: String) -> Data? {
    FileManager.default.contents(atPath: folder.file(name))
  }

  @Test func `pictures and talking pictures are made, known again, adopted and kept whole`() throws
  {
    let first = try batch("run", "m.yaml", "--quiet")
    #expect(first.status == 0, "\(first.standardError)")
    #expect(outputs == ["picture.png", "both.mp4", "both.sheet.jpg"])
    #expect(try batch("plan", "m.yaml").standardOutput.contains("2 jobs, 0 to run: 2 done"))
    let shown = try CommandRun.run(["show", "out/both.mp4"], in: folder.url).standardOutput
    #expect(shown.contains("(cd out && avatar generate --base ../sd"))
    #expect(shown.contains("-o face.png && avatar speak --audio ../long.wav --avatar ./face.png"))

    let whole = try #require(bytes("out/picture.png"))
    try folder.write(whole.dropLast(20), to: "out/picture.png")
    try FileManager.default.removeItem(atPath: folder.file("home"))
    let adopted = try batch("adopt", "m.yaml", "--quiet")
    #expect(adopted.status == 1 && adopted.standardOutput.hasPrefix("1 outputs adopted"))
    #expect(adopted.standardError.contains("picture.png was not made by a batch, or is cut off"))
    try FileManager.default.removeItem(atPath: folder.file("out/picture.png"))
    #expect(try batch("run", "m.yaml", "--quiet").status == 0)
    #expect(bytes("out/picture.png") == whole)

    try folder.write(Array("mine".utf8), to: "out/picture.png")
    #expect(try batch("run", "m.yaml", "--quiet").status == 1)
    #expect(bytes("out/picture.png") == Data("mine".utf8))
  }

  @Test func `after a kill the drawn face is used again, and the bytes are the same`() throws {
    #expect(try batch("run", "m.yaml", "--quiet").status == 0)
    let undisturbed = try #require(bytes("out/both.mp4"))
    for name in ["out", "home"] { try FileManager.default.removeItem(atPath: folder.file(name)) }
    let work = "out/.both.mp4.generated.avatar-work/face.png"
    let run = try StartedRun(
      ["batch", "run", "m.yaml", "--quiet", "--ledger", "home/batch/ledger.sqlite"], in: folder)
    #expect(
      run.waits {
        let parts = try? FileManager.default.contentsOfDirectory(
          atPath: folder.file("out/.both.mp4.avatar-work"))
        return parts?.contains { $0.hasPrefix("segment-") } ?? false
      })
    let drawn = try FileManager.default.attributesOfItem(atPath: folder.file(work))
    run.signal(SIGKILL)
    _ = run.wait()
    #expect(
      try FileManager.default.attributesOfItem(atPath: folder.file(work))[.modificationDate]
        as? Date == drawn[.modificationDate] as? Date)
    let next = try batch("run", "m.yaml", "--quiet")
    #expect(next.status == 0, "\(next.standardError)")
    #expect(bytes("out/both.mp4") == undisturbed)
    let left = try FileManager.default.subpathsOfDirectory(atPath: folder.file("out"))
    #expect(left.sorted() == ["both.mp4", "both.sheet.jpg", "picture.png"])
  }

  @Test func `a plan says what a drawing lacks`() throws {
    try FileManager.default.removeItem(atPath: folder.file("sd/tokenizer"))
    let plan = try batch("plan", "m.yaml").standardOutput
    #expect(plan.contains("impossible"), "\(plan)")
    #expect(plan.contains("its folder tokenizer is missing"), "\(plan)")
  }
}
