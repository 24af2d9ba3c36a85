import Foundation
import Media
import TestSupport
import Testing

/// `batch run` end to end, with speech from espeak-ng and the embedded model.
@Suite(.enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchRunTests {
  private struct Event: Decodable {
    let event: String
    let job: String?
    let exit_code: Int?
    let message: String?
    let jobs: [String: Int]?
  }

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for (name, text) in [("a", "One."), ("b", "Two.")] {
      try folder.run("espeak-ng", ["-w", "\(name).wav", text])
    }
  }

  private func write(_ jobs: String) throws {
    try folder.write(Array("version: 1\njobs:\n\(jobs)\n".utf8), to: "m.yaml")
  }

  private func run(_ arguments: String...) throws -> (run: CommandRun, events: [Event]) {
    let run = try CommandRun.run(
      ["batch", "run", "m.yaml", "--json", "--quiet"] + arguments, in: folder.url,
      environment: ["AVATAR_HOME": folder.file("home")])
    let events = try run.standardOutput.split(separator: "\n").map {
      try JSONDecoder().decode(Event.self, from: Data($0.utf8))
    }
    return (run, events)
  }

  private func date(_ name: String) throws -> Date? {
    try FileManager.default.attributesOfItem(atPath: folder.file(name))[.modificationDate] as? Date
  }

  private static let twoJobs = """
    - {for_each: "?.wav", speak: {audio: "{{file}}"}, output: "out/new/{{file.stem}}.mp4", labels: {show: x}}
    """

  @Test func `jobs are done once, and again where their input changed`() throws {
    try write(Self.twoJobs)
    let first = try run("--metrics", "figures.txt")
    #expect(first.run.status == 0 && first.run.standardError.isEmpty, "\(first.run.standardError)")
    #expect(
      first.events.map(\.event) == [
        "batch.started", "job.started", "job.succeeded", "job.started", "job.succeeded",
        "batch.finished",
      ])
    #expect(first.events.last?.jobs == ["succeeded": 2])
    let figures = try String(contentsOfFile: folder.file("figures.txt"), encoding: .utf8)
    #expect(figures.contains("avatar_batch_jobs{state=\"succeeded\"} 2\n"))
    #expect(figures.contains("avatar_batch_attempts_total{outcome=\"succeeded\"} 2\n"))
    #expect(figures.contains("avatar_batch_jobs_in_work 0\n"))
    let made = try date("out/new/a.mp4")

    let second = try run()
    #expect(second.run.status == 0 && second.events.count == 2)
    try folder.run("espeak-ng", ["-w", "b.wav", "Three."])
    let third = try run()
    #expect(third.events.compactMap(\.job) == ["b", "b"])
    #expect(try date("out/new/a.mp4") == made)
    #expect(try probe(folder.file("out/new/b.mp4")).tags["avatar_job_key"]?.count == 64)
  }

  @Test func `a WebM and its sheet are known as the batch's own`() throws {
    try write(
      "- {name: a, speak: {audio: a.wav, fps: 10}, output: a.webm, contact_sheet: true}")
    #expect(try run().run.status == 0)
    try folder.run("espeak-ng", ["-w", "a.wav", "Four."])
    let again = try run()
    #expect(again.run.status == 0 && again.events.compactMap(\.job) == ["a", "a"])
    #expect(try probe(folder.file("a.webm")).tag("avatar_job_key")?.count == 64)
  }

  @Test func `a job with a bad input fails alone, with what needs it`() throws {
    try folder.write(Array("no sound".utf8), to: "bad.wav")
    try write(
      """
      - {name: bad, speak: {audio: bad.wav}, output: bad.mp4, priority: 1}
      - {name: after, speak: {audio: a.wav}, output: after.mp4, needs: bad}
      - {name: good, speak: {audio: a.wav}, output: good.mp4}
      """)
    let first = try run()
    #expect(first.run.status == 1)
    #expect(first.events.last?.jobs == ["failed": 2, "succeeded": 1])
    let failure = try #require(first.events.first { $0.event == "job.failed" })
    #expect(failure.job == "bad" && failure.exit_code == 65)
    #expect(failure.message?.contains("bad.wav") == true)
    #expect(
      first.events.contains {
        $0.event == "job.failed" && $0.job == "after" && $0.message == "needs bad, which failed"
      })
    let again = try run().run
    #expect(again.status == 1)
    for words in ["2 jobs failed:", "  bad: ", "  after: needs bad", "m.yaml --retry-failed"] {
      #expect(again.standardError.contains(words), "\(again.standardError)")
    }
    #expect(!folder.names.contains { $0.contains("part") || $0.contains("work") })

    try folder.run("espeak-ng", ["-w", "bad.wav", "Mended."])
    let second = try run()
    #expect(second.run.status == 0 && second.events.last?.jobs == ["succeeded": 3])
  }

  @Test func `an output that is not the batch's own is not replaced`() throws {
    try write("- {speak: {audio: a.wav}, output: mine.mp4}")
    try folder.write(Array("mine".utf8), to: "mine.mp4")
    let result = try run()
    #expect(result.run.status == 1)
    #expect(result.events.contains { $0.message?.contains("was not made by this batch") == true })
    #expect(try Data(contentsOf: folder.url.appending(path: "mine.mp4")) == Data("mine".utf8))
  }

  @Test func `finished jobs are done again on request, or when their output is gone or damaged`()
    throws
  {
    try write("- {name: a, speak: {audio: a.wav}, output: a.mp4}")
    _ = try run()
    let bytes = try Data(contentsOf: folder.url.appending(path: "a.mp4"))
    try FileManager.default.removeItem(atPath: folder.file("a.mp4"))
    for arguments in [[], ["--force"], ["--verify"]] {
      if arguments == ["--verify"] {
        try folder.write(bytes.dropLast() + [bytes.last! ^ 1], to: "a.mp4")
      }
      let again = try CommandRun.run(
        ["batch", "run", "m.yaml", "--json"] + arguments, in: folder.url,
        environment: ["AVATAR_HOME": folder.file("home")])
      #expect(again.status == 0 && again.standardOutput.contains("job.succeeded"))
      #expect(try Data(contentsOf: folder.url.appending(path: "a.mp4")) == bytes, "\(arguments)")
    }
  }

  @Test func `a file of someone else stays where an output or its sheet was, also with --force`()
    throws
  {
    try write("- {name: a, speak: {audio: a.wav}, output: a.mp4, contact_sheet: true}")
    #expect(try run().run.status == 0)
    let video = try Data(contentsOf: folder.url.appending(path: "a.mp4"))
    for name in ["a.mp4", "a.sheet.jpg"] {
      try folder.write(Array("mine".utf8), to: name)
      let result = try run("--force", "--retry-failed")
      #expect(result.run.status == 1)
      #expect(
        result.events.contains {
          $0.message?.contains("\(name): is there and was not made by this batch") == true
        })
      #expect(try Data(contentsOf: folder.url.appending(path: name)) == Data("mine".utf8))
      try FileManager.default.removeItem(atPath: folder.file(name))
      #expect(try run("--retry-failed").run.status == 0)
      #expect(try Data(contentsOf: folder.url.appending(path: "a.mp4")) == video)
    }
    // Its first half still says whose it is.
    try folder.write(Array(video.prefix(video.count / 2)), to: "a.mp4")
    #expect(try run().run.status == 0)
    #expect(try Data(contentsOf: folder.url.appending(path: "a.mp4")) == video)
  }

  @Test func `a plan warns of what will fail, job by job, and of disks without room`() throws {
    try folder.write(Array("no sound".utf8), to: "text.wav")
    try folder.run(
      "ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine", "-t", "0", "empty.wav"])
    try folder.write(Array("mine".utf8), to: "foreign.mp4")
    try write(
      """
      - {name: good, speak: {audio: a.wav}, output: good.mp4}
      - {name: text, speak: {audio: text.wav}, output: text.mp4}
      - {name: empty, speak: {audio: empty.wav}, output: empty.mp4}
      - {name: foreign, speak: {audio: a.wav}, output: foreign.mp4}
      """)
    let plan = try CommandRun.run(
      ["batch", "plan", "m.yaml", "--min-free", "900000T"], in: folder.url,
      environment: ["AVATAR_HOME": folder.file("home")])
    #expect(plan.status == 0, "\(plan.standardError)")
    let warnings = plan.standardOutput.split(separator: "\n").filter { $0.hasPrefix("warning:") }
    let jobs = warnings.compactMap { $0.split(separator: " ").dropFirst(2).first }
    #expect(Set(jobs) == ["text:", "empty:", "foreign:"], "\(warnings)")
    #expect(
      plan.standardOutput.contains("2 jobs can't be measured (see the warnings): text, empty"))
    #expect(plan.standardOutput.contains("less than --min-free"))
    #expect(!folder.names.contains("home"))
  }

  @Test(arguments: [[], ["--verify"]])
  func `a contact sheet that is gone comes back, and the video is not made again`(
    arguments: [String]
  ) throws {
    try write("- {name: a, speak: {audio: a.wav}, output: a.mp4, contact_sheet: true}")
    _ = try run()
    let sheet = try Data(contentsOf: folder.url.appending(path: "a.sheet.jpg"))
    let made = try date("a.mp4")
    try FileManager.default.removeItem(atPath: folder.file("a.sheet.jpg"))
    let plan = try CommandRun.run(
      ["batch", "plan", "m.yaml"] + arguments, in: folder.url,
      environment: ["AVATAR_HOME": folder.file("home")])
    #expect(plan.standardOutput.contains("companion missing  a\n"))
    let again = try CommandRun.run(
      ["batch", "run", "m.yaml"] + arguments, in: folder.url,
      environment: ["AVATAR_HOME": folder.file("home")])
    #expect(again.status == 0, "\(again.standardError)")
    #expect(try Data(contentsOf: folder.url.appending(path: "a.sheet.jpg")) == sheet)
    #expect(try date("a.mp4") == made)
  }

  @Test(arguments: [
    (["--workers", "0"], "use 1 to 64"), (["--max-time", "soon"], "90s"),
    (["--min-free", "much"], "500M"), (["--notify", "mail@x"], "http"),
    (["--notify", "http://localhost:1/"], "AVATAR_NOTIFY_SECRET"),
  ])
  func `wrong options`(arguments: [String], saying: String) throws {
    let run = try CommandRun.run(["batch", "run", "m.yaml"] + arguments, in: folder.url)
    #expect(run.status == 64 && run.standardError.contains(saying), "\(run.standardError)")
    #expect(run.standardOutput.isEmpty)
  }
}
