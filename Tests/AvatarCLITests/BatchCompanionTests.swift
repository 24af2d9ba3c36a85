import Foundation
import Glibc
import Media
import TestSupport
import Testing

/// Copies of captions and sheets beside outputs, and outputs in other formats than MP4.
@Suite(.serialized, .enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchCompanionTests {
  private func workshop(seconds: Int, ending: String = "mp4") throws -> BatchWorkshop {
    let workshop = try BatchWorkshop(
      [("a", seconds)], defaults: #""contact_sheet": true"#,
      speak: #", "captions": "words.srt", "caption_style": "sidecar""#, ending: ending)
    try write("Hello", workshop)
    return workshop
  }

  private func write(_ words: String, _ workshop: BatchWorkshop) throws {
    let text = "1\n00:00:00,000 --> 00:00:01,000\n\(words)\n"
    try workshop.folder.write(Array(text.utf8), to: "words.srt")
  }

  private func remove(_ name: String, _ workshop: BatchWorkshop) throws {
    try FileManager.default.removeItem(atPath: workshop.folder.file(name))
  }

  @Test func `a copy of captions that is gone comes back, and the video is not made again`() throws
  {
    let workshop = try workshop(seconds: 1)
    #expect(try workshop.run().status == 0)
    let made = workshop.outputs
    #expect(Set(made.keys) == ["a.mp4", "a.srt", "a.sheet.jpg"])
    try remove("out/a.srt", workshop)
    let run = try workshop.run()
    #expect(run.status == 0 && run.standardOutput.contains("1 found done"), "\(run.standardError)")
    #expect(workshop.outputs == made)
  }

  @Test func `other captions replace the batch's own copy, and no foreign file`() throws {
    let workshop = try workshop(seconds: 1)
    #expect(try workshop.run().status == 0)
    try write("Good bye", workshop)
    #expect(try workshop.run().status == 0)
    let captions = workshop.outputs["a.srt"]
    #expect(captions == FileManager.default.contents(atPath: workshop.folder.file("words.srt")))

    try workshop.folder.write(Array("mine".utf8), to: "out/a.srt")
    #expect(try workshop.run().status == 0, "a finished job's copy may be edited")
    let forced = try workshop.run(["--force"])
    #expect(forced.status == 1)
    #expect(
      forced.standardError.contains(
        "copy of captions \(workshop.folder.path)/out/a.srt: is there and was not made by this batch"
      ),
      "\(forced.standardError)")
    #expect(workshop.outputs["a.srt"] == Data("mine".utf8))
    try remove("out/a.srt", workshop)
    #expect(try workshop.run(["--retry-failed"]).status == 0)
    #expect(workshop.outputs["a.srt"] == captions)
  }

  @Test func `a foreign copy of captions there before is kept, with no video made`() throws {
    let workshop = try workshop(seconds: 1)
    try FileManager.default.createDirectory(
      atPath: workshop.folder.file("out"), withIntermediateDirectories: true)
    try workshop.folder.write(Array("mine".utf8), to: "out/a.srt")
    #expect(try workshop.run().status == 1)
    #expect(workshop.outputs == ["a.srt": Data("mine".utf8)])
  }

  @Test(arguments: [false, true])
  func `a file that takes the output's place meanwhile is kept`(replacesOwn: Bool) throws {
    let workshop = try workshop(seconds: 20)
    if replacesOwn { #expect(try workshop.run().status == 0) }
    let run = try workshop.start(replacesOwn ? ["--force"] : [])
    #expect(run.waits { workshop.hasSegment("a") })
    if replacesOwn { try remove("out/a.mp4", workshop) }
    try workshop.folder.write(Array("mine".utf8), to: "out/a.mp4")
    #expect(run.wait() == 1)
    #expect(workshop.outputs["a.mp4"] == Data("mine".utf8))
    try remove("out/a.mp4", workshop)
    #expect(try workshop.run(["--retry-failed"]).status == 0)
  }

  @Test(arguments: ["mov", "webm"])
  func `other formats go on after a kill, are adopted and pruned`(ending: String) throws {
    let workshop = try workshop(seconds: 9, ending: ending)
    let undisturbed = try workshop.undisturbed()
    #expect(Set(undisturbed.keys) == ["a.\(ending)", "a.srt", "a.sheet.jpg"])
    let run = try workshop.start()
    #expect(run.waits { workshop.hasSegment("a") })
    run.signal(SIGKILL)
    _ = run.wait()
    let next = try workshop.run()
    #expect(next.status == 0, "\(next.standardError)")
    #expect(workshop.outputs == undisturbed)

    try remove("state", workshop)
    try remove("out/a.srt", workshop)
    let adopted = try batch("adopt", "batch.json", workshop: workshop)
    #expect(adopted.standardOutput.hasPrefix("1 outputs adopted"), "\(adopted.standardError)")
    #expect(try workshop.run().standardOutput.contains("1 found done"))
    #expect(workshop.outputs == undisturbed)

    let pruned = try batch("prune", "--older-than", "0s", workshop: workshop)
    #expect(pruned.standardOutput.hasPrefix("removed 1 job"), "\(pruned.standardError)")
    #expect(workshop.outputs == undisturbed)
  }

  private func batch(_ arguments: String..., workshop: BatchWorkshop) throws -> CommandRun {
    try CommandRun.run(
      ["batch"] + arguments + ["--ledger", BatchWorkshop.ledger], in: workshop.folder.url)
  }
}
