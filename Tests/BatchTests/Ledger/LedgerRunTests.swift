import Foundation
import Glibc
import Testing

@testable import Batch

/// Jobs from the manifest to the finished output.
@Suite struct LedgerRunTests {
  let workshop = LedgerWorkshop()

  @Test("jobs are claimed by priority, then in the manifest's order, and done once")
  func order() throws {
    let ledger = try workshop.open()
    let jobs = [
      workshop.job("a"), workshop.job("b", priority: 5), workshop.job("c"),
      workshop.job("d", priority: 5),
    ]
    let report = try workshop.enqueue(ledger, jobs)
    #expect(report.added == 4)
    #expect(try workshop.drain(ledger) == ["b", "d", "a", "c"])
    let again = try workshop.enqueue(ledger, jobs)
    #expect(again.added == 0 && again.kept == 4 && again.done == 4)
    #expect(try workshop.drain(ledger) == [])
    #expect(try ledger.reader.status().counts == [.succeeded: 4])
  }

  @Test("the same manifest again adds nothing, and changes nothing but the batch's date")
  func idempotent() throws {
    let ledger = try workshop.open()
    let jobs = [workshop.job("a"), workshop.job("b", needs: ["a"])]
    try workshop.enqueue(ledger, jobs)
    let before = try (ledger.reader.jobs(), ledger.reader.latestEvent())
    workshop.clock.advance(60)
    let again = try workshop.enqueue(ledger, jobs)
    #expect(again.added == 0 && again.changed == 0 && again.kept == 2)
    #expect(try ledger.reader.jobs() == before.0)
    #expect(try ledger.reader.latestEvent() == before.1)
  }

  @Test("another input, setting or output makes a job come again; the rest stays done")
  func changes() throws {
    let ledger = try workshop.open()
    for name in ["x", "y"] { try workshop.write(name, name) }
    func jobs(_ setting: String = "") -> [JobSpecification] {
      [
        workshop.job("a", input: "x"), workshop.job("b", input: "y"),
        workshop.job("c", setting: setting),
      ]
    }
    try workshop.enqueue(ledger, jobs())
    _ = try workshop.drain(ledger)
    try workshop.write("x", "other")
    #expect(try workshop.enqueue(ledger, jobs()).changed == 1)
    #expect(try workshop.drain(ledger) == ["a"])
    #expect(try workshop.enqueue(ledger, jobs("bright")).changed == 1)
    #expect(try workshop.drain(ledger) == ["c"])
    var moved = jobs("bright")
    moved[1].output = workshop.file("elsewhere")
    #expect(try workshop.enqueue(ledger, moved).changed == 1)
    let claim = try #require(try workshop.claim(ledger))
    #expect(claim.specification.name == "b" && !claim.replacesOutput)
    try workshop.finish(ledger, claim)
    #expect(try workshop.enqueue(ledger, moved).done == 3)
  }

  @Test("what doesn't touch the bytes is taken over without doing the job again")
  func harmlessChanges() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [workshop.job("a"), workshop.job("b")])
    try workshop.finish(ledger, try #require(try workshop.claim(ledger)))
    let jobs = [
      workshop.job("a", priority: 3), workshop.job("b", priority: 7),
      workshop.job("c", priority: 5),
    ]
    let report = try workshop.enqueue(ledger, jobs)
    #expect(report.changed == 0 && report.kept == 2 && report.added == 1)
    #expect(try workshop.drain(ledger) == ["b", "c"])
  }

  @Test("an output that is gone or altered is made again; a touched one is not")
  func lostOutputs() throws {
    let ledger = try workshop.open()
    let jobs = ["a", "b", "c", "d"].map { workshop.job($0, setting: "s\($0)") }
    try workshop.enqueue(ledger, jobs)
    _ = try workshop.drain(ledger)
    try FileManager.default.removeItem(atPath: workshop.file("a.out"))
    let own = try String(contentsOfFile: workshop.file("b.out"), encoding: .utf8)
    try workshop.write("b.out", "altered\(own)")
    let touched = try FileManager.default.attributesOfItem(atPath: workshop.file("c.out"))
    let modified = try #require(touched[.modificationDate] as? Date)
    try FileManager.default.setAttributes(
      [.modificationDate: modified.addingTimeInterval(-100)], ofItemAtPath: workshop.file("c.out"))
    let report = try workshop.enqueue(ledger, jobs)
    #expect(report.remade == 2 && report.done == 2)
    #expect(try workshop.drain(ledger) == ["a", "b"])
    #expect(try workshop.enqueue(ledger, jobs).done == 4)
  }

  @Test("an output with other bytes but its old size and time is found by verifying only")
  func verifying() throws {
    let ledger = try workshop.open()
    let jobs = [workshop.job("a", setting: "good")]
    try workshop.enqueue(ledger, jobs)
    _ = try workshop.drain(ledger)
    let path = workshop.file("a.out")
    let old = try FileStamp.read(path).stamp
    var bytes = try #require(FileManager.default.contents(atPath: path))
    bytes[0] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let nanoseconds = old.modifiedNanoseconds
    let time = timespec(
      tv_sec: nanoseconds / 1_000_000_000, tv_nsec: nanoseconds % 1_000_000_000)
    #expect(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
    #expect(try workshop.enqueue(ledger, jobs).done == 1)
    #expect(try workshop.enqueue(ledger, jobs, verifies: true).remade == 1)
    #expect(try workshop.drain(ledger) == ["a"])
  }

  @Test("a forced plan does finished jobs again, and may replace their outputs")
  func forcing() throws {
    let ledger = try workshop.open()
    let jobs = [workshop.job("a"), workshop.job("b")]
    try workshop.enqueue(ledger, jobs)
    _ = try workshop.drain(ledger)
    #expect(try workshop.enqueue(ledger, jobs, forces: true).remade == 2)
    let claim = try #require(try workshop.claim(ledger))
    #expect(claim.replacesOutput && claim.number == 2)
  }

  @Test(
    "jobs that the manifest dropped are reported and stay; one whose output another takes gives way"
  )
  func goneJobs() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, ["a", "b", "c"].map { workshop.job($0) })
    var renamed = workshop.job("new name for b")
    renamed.output = workshop.file("b.out")
    let report = try workshop.enqueue(ledger, [workshop.job("a"), renamed])
    #expect(report.gone.map(\.name) == ["b", "c"])
    #expect(
      try workshop.states(ledger) == [
        "a": .queued, "b": .cancelled, "c": .queued, "new name for b": .queued,
      ])
    #expect(try workshop.drain(ledger) == ["a", "new name for b", "c"])
  }

  @Test("a job of another name or manifest takes over an output that is right already")
  func inheritance() throws {
    let ledger = try workshop.open()
    try workshop.write("x", "x")
    try workshop.enqueue(ledger, [workshop.job("a", input: "x")])
    _ = try workshop.drain(ledger)
    var renamed = workshop.job("b", input: "x")
    renamed.output = workshop.file("a.out")
    let moved = try workshop.enqueue(ledger, [renamed], manifest: "/moved.yaml")
    #expect(moved.adopted == 1 && moved.added == 0)
    #expect(try workshop.drain(ledger) == [])
  }

  @Test("two manifests may not both be about to write one file")
  func outputConflict() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [workshop.job("a")])
    #expect(
      throws: LedgerError.outputTaken(
        output: workshop.file("a.out"), job: "a", otherJob: "a", manifest: "/m.yaml")
    ) {
      try workshop.enqueue(ledger, [workshop.job("a")], manifest: "/other.yaml")
    }
    #expect(try ledger.reader.batches().map(\.manifest) == ["/m.yaml"])
    var (x, y) = (workshop.job("x"), workshop.job("y"))
    let oldX = x.output
    try workshop.enqueue(ledger, [x, y], manifest: "/swap.yaml")
    swap(&x.output, &y.output)
    #expect(try workshop.enqueue(ledger, [x, y], manifest: "/swap.yaml").kept == 2)
    y.output = workshop.file("a.out")
    #expect(throws: LedgerError.self) {
      try workshop.enqueue(ledger, [x, y], manifest: "/swap.yaml")
    }
    #expect(try ledger.reader.jobs(manifest: "/swap.yaml").map(\.output) == [x.output, oldX])
  }

  @Test("a job whose model is missing fails when enqueued, and comes back when it can be done")
  func impossibleJobs() throws {
    let ledger = try workshop.open()
    let report = try workshop.enqueue(
      ledger, [workshop.job("a", setting: "impossible"), workshop.job("b", input: "absent")])
    #expect(report.failed["a"] == "model X isn't installed: install it")
    #expect(report.failed["b"]?.contains("absent: can't be read (No such file") == true)
    let jobs = [workshop.job("a"), workshop.job("b", input: "absent")]
    #expect(try workshop.enqueue(ledger, jobs).changed == 1)
    try workshop.write("absent", "here")
    #expect(try workshop.enqueue(ledger, jobs).changed == 1)
    #expect(try workshop.drain(ledger) == ["a", "b"])
  }

  @Test("finished jobs stay finished when their inputs are cleaned away")
  func cleanedInputs() throws {
    let ledger = try workshop.open()
    let input = try workshop.write("x", "x")
    let jobs = [workshop.job("a", input: "x")]
    try workshop.enqueue(ledger, jobs)
    _ = try workshop.drain(ledger)
    try FileManager.default.removeItem(atPath: input)
    #expect(try workshop.enqueue(ledger, jobs).done == 1)
    try FileManager.default.removeItem(atPath: workshop.file("a.out"))
    #expect(try workshop.enqueue(ledger, jobs).failed.keys.sorted() == ["a"])
    #expect(try workshop.state(ledger, "a") == .failed)
  }

  @Test("an input that changes between plan and claim, or while the job runs, is noticed")
  func changingInputs() throws {
    let ledger = try workshop.open()
    try workshop.write("x", "one")
    try workshop.enqueue(ledger, [workshop.job("a", input: "x")])
    let planned = try #require(try ledger.reader.histories(ofJob: "a").first?.key)
    try workshop.write("x", "two, longer")
    let claim = try #require(try workshop.claim(ledger))
    #expect(claim.key != planned)
    #expect(ledger.inputChange(since: claim, executor: workshop.executor) == nil)
    try workshop.write("x", "three, longer still")
    let failure = try #require(ledger.inputChange(since: claim, executor: workshop.executor))
    #expect(failure.failureClass == .inputOutput)
  }
}
