import Batch
import Foundation
import TestSupport
import Testing

/// What must hold between the jobs of a batch.
@Suite struct BatchChecksTests {
  private func jobs(_ lines: String...) -> String {
    "version: 1\njobs:\n" + lines.map { "  - {\($0)}\n" }.joined()
  }

  @Test func `two jobs of one name`() throws {
    let found = try ManifestFixture().problems(
      jobs(
        "name: a, speak: {audio: voice.wav}, output: a.mp4",
        "name: a, speak: {audio: voice.wav}, output: b.mp4"))
    #expect(
      found == [
        "4:12: two jobs are called \"a\" (the other is on line 3): give each its own name"
      ])
  }

  @Test func `jobs of one entry that templates do not tell apart`() throws {
    let fixture = try ManifestFixture(["s/a.wav", "s/a.ogg"])
    let found = try fixture.problems(
      """
      version: 1
      jobs:
        - for_each: s/*
          speak: {audio: "{{file}}"}
          output: out.mp4
      """)
    #expect(
      found == [
        "3:5: two jobs are called \"a\" (the other is on line 3): "
          + "make name of {{file.name}} or {{matrix.NAME}}",
        "5:13: two jobs write out.mp4 (the other is on line 3): put {{job.name}} into the output",
      ])
  }

  @Test func `two jobs with one output, whatever way leads there`() throws {
    let fixture = try ManifestFixture(["voice.wav", "out/"])
    try fixture.folder.run("ln", ["-s", "out", "link"])
    for other in ["out/a.mp4", "./out//a.mp4", "out/../out/a.mp4", "link/a.mp4", "link/./a.mp4"] {
      let found = try fixture.problems(
        jobs(
          "name: a, speak: {audio: voice.wav}, output: out/a.mp4",
          "name: b, speak: {audio: voice.wav}, output: \(other)"))
      #expect(found.count == 1 && found[0].contains("two jobs write"), "\(other): \(found)")
      #expect(found[0].hasSuffix("\(other) (the other is on line 3): give each its own output"))
    }
  }

  @Test func `outputs in folders that do not exist yet`() throws {
    let found = try ManifestFixture().problems(
      jobs(
        "name: a, speak: {audio: voice.wav}, output: new/x/../a.mp4",
        "name: b, speak: {audio: voice.wav}, output: new/a.mp4",
        "name: c, speak: {audio: voice.wav}, output: new/a.mp4/c.mp4"))
    #expect(found.count == 2)
    #expect(found[0].contains("two jobs write") && found[1].contains("lies in what another job"))
  }

  @Test func `an output that is an input of its own job`() throws {
    let fixture = try ManifestFixture(["voice.mp4"])
    try fixture.folder.run("ln", ["-s", "voice.mp4", "also.mp4"])
    for audio in ["voice.mp4", "also.mp4"] {
      let found = try fixture.problems(
        jobs("name: a, speak: {audio: \(audio)}, output: ./voice.mp4"))
      #expect(
        found.map { $0.drop { $0 != " " } } == [
          " audio \(audio): is also the job's output, and would be lost: choose another"
        ])
    }
  }

  @Test func `an input that another job makes, without waiting for it`() throws {
    let found = try ManifestFixture().problems(
      jobs(
        "name: a, speak: {audio: voice.wav}, output: a.mp4",
        "name: b, speak: {audio: voice.wav, avatar: a.mp4}, output: b.mp4"))
    #expect(
      found == ["4:49: avatar a.mp4: is the output of \"a\": add that to the job's needs"])
  }

  @Test func `an output in a folder of input pictures`() throws {
    let found = try ManifestFixture(["voice.wav", "frames/1.png"]).problems(
      jobs(
        "name: a, speak: {audio: voice.wav, avatar: frames}, output: a.mp4",
        "name: b, speak: {audio: voice.wav}, output: frames/b.mp4"))
    #expect(found.count == 1 && found[0].hasPrefix("4:50: output frames/b.mp4"))
    #expect(found[0].hasSuffix(": lies in a folder of input pictures: choose another"))
  }

  @Test func `needs that no job meets`() throws {
    let found = try ManifestFixture().problems(
      jobs(
        "name: intro, speak: {audio: voice.wav}, output: a.mp4",
        "name: b, needs: [intor, zzz], speak: {audio: voice.wav}, output: b.mp4"))
    #expect(
      found == [
        "4:22: needs intor: no job has this name (did you mean \"intro\"?)",
        "4:22: needs zzz: no job has this name",
      ])
  }

  @Test func `needs of a job that has problems of its own`() throws {
    let found = try ManifestFixture().problems(
      jobs(
        "name: a, speak: {audio: none.wav}, output: a.mp4",
        "name: b, needs: a, speak: {audio: voice.wav}, output: b.mp4"))
    #expect(found == ["3:30: audio none.wav: no such file: check the path"])
  }

  @Test func `needs that go round in a circle`() throws {
    func job(_ name: String, _ needs: String) -> String {
      "name: \(name), needs: [\(needs)], speak: {audio: voice.wav}, output: \(name).mp4"
    }
    let found = try ManifestFixture().problems(
      jobs(job("a", "b"), job("b", "c, d"), job("c", "a"), job("d", ""), job("e", "e")))
    #expect(
      found == [
        "3:22: needs go round in a circle: \"a\" needs \"b\" needs \"c\" needs \"a\": leave one out",
        "7:22: needs go round in a circle: \"e\" needs \"e\": leave one out",
      ])
  }

  @Test func `a long chain is no circle, and a long circle is shown in part`() throws {
    let fixture = try ManifestFixture()
    func chain(_ first: String) -> String {
      let rest = (1..<5000).map {
        "name: j\($0), needs: j\($0 - 1), speak: {audio: voice.wav}, output: \($0).mp4"
      }
      return "version: 1\njobs:\n"
        + (["name: j0\(first), speak: {audio: voice.wav}, output: 0.mp4"] + rest)
        .map { "  - {\($0)}\n" }.joined()
    }
    #expect(try fixture.read(chain("")).jobs.count == 5000)
    let found = try fixture.problems(chain(", needs: j4999"))
    #expect(found.count == 1 && found[0].contains("needs ... 4993 more ... needs"), "\(found)")
  }

  @Test func `many problems are counted, and kept in part`() throws {
    let fixture = try ManifestFixture()
    let list = (0..<3000).map { "  - {name: a\($0), speak: {audio: x\($0)}, output: \($0).mp4}\n" }
    let path = try fixture.folder.write(
      Array(("version: 1\njobs:\n" + list.joined()).utf8), to: "batch.yaml")
    let error = #expect(throws: ManifestError.self) { try fixture.reader.read(path) }
    #expect(error?.problemCount == 3000)
    #expect(error?.problems.count == 1000)
  }
}
