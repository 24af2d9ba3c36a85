import Foundation
import Testing

@testable import Batch

/// Jobs that need other jobs.
@Suite struct LedgerNeedsTests {
  let workshop = LedgerWorkshop()

  /// b copies what a makes, and c what b makes.
  private func chain(_ setting: String = "") -> [JobSpecification] {
    [
      workshop.job("c", input: "b.out", needs: ["b"]),
      workshop.job("b", input: "a.out", needs: ["a"]),
      workshop.job("a", setting: setting),
    ]
  }

  @Test("a job waits for what it needs, and its key is made when its inputs are there")
  func chainInOrder() throws {
    let ledger = try workshop.open()
    let report = try workshop.enqueue(ledger, chain())
    #expect(report.added == 3 && report.failed.isEmpty)
    #expect(try workshop.states(ledger) == ["a": .queued, "b": .waiting, "c": .waiting])
    #expect(try ledger.reader.histories(ofJob: "b")[0].key == nil)
    #expect(try workshop.drain(ledger) == ["a", "b", "c"])
    #expect(try workshop.enqueue(ledger, chain()).done == 3)
  }

  @Test("when a first job is made again, those after it are done again only if its output differs")
  func rechecks() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, chain())
    _ = try workshop.drain(ledger)
    try FileManager.default.removeItem(atPath: workshop.file("a.out"))
    let lost = try workshop.enqueue(ledger, chain())
    #expect(lost.remade == 1 && lost.rechecked == 2)
    #expect(try workshop.drain(ledger) == ["a"])
    #expect(try ledger.reader.status().counts == [.succeeded: 3])
    let changed = try workshop.enqueue(ledger, chain("loud"))
    #expect(changed.changed == 1 && changed.rechecked == 2)
    #expect(try workshop.drain(ledger) == ["a", "b", "c"])
  }

  @Test("a need that fails, is cancelled or quarantined fails what needs it, all the way down")
  func deadNeeds() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, chain())
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    let messages = try ["a", "b", "c"].map {
      try ledger.reader.histories(ofJob: $0)[0].summary.failureMessage
    }
    #expect(messages == ["it broke", "needs a, which failed", "needs b, which failed"])
    #expect(try workshop.enqueue(ledger, chain()).kept == 3)
    try ledger.control.retry(JobSelection(names: ["a"]))
    #expect(try workshop.states(ledger) == ["a": .queued, "b": .waiting, "c": .waiting])
    try ledger.control.cancel(JobSelection(names: ["a"]))
    #expect(
      try ledger.reader.histories(ofJob: "b")[0].summary.failureMessage
        == "needs a, which was cancelled")
  }

  @Test("retrying the last of a chain retries what it needs")
  func retryUpwards() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, chain())
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    let outcomes = try ledger.control.retry(JobSelection(names: ["c"]))
    #expect(outcomes.map(\.name) == ["c", "b", "a"])
    #expect(outcomes.map(\.state) == [.waiting, .waiting, .queued])
    #expect(try workshop.drain(ledger) == ["a", "b", "c"])
  }

  @Test("a whole chain is cancelled, rather than failed for want of its first job")
  func cancelledChain() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, chain())
    let outcomes = try ledger.control.cancel(JobSelection(names: ["a", "c"]))
    #expect(outcomes.map(\.state) == [.cancelled, .cancelled])
    #expect(try workshop.state(ledger, "b") == .failed)
    try ledger.control.retry(JobSelection())
    try ledger.control.cancel(JobSelection())
    #expect(try ledger.reader.status().counts == [.cancelled: 3])
  }

  @Test("a job with two dead needs comes back only with the second")
  func twoDeadNeeds() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(
      ledger, [workshop.job("a"), workshop.job("b"), workshop.job("c", needs: ["a", "b"])])
    for _ in 0..<2 {
      _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    }
    try ledger.control.retry(JobSelection(names: ["a"]))
    #expect(try workshop.states(ledger) == ["a": .queued, "b": .failed, "c": .failed])
    try ledger.control.retry(JobSelection(names: ["b"]))
    #expect(try workshop.state(ledger, "c") == .waiting)
    #expect(try workshop.drain(ledger) == ["a", "b", "c"])
  }

  @Test("needs may change with the manifest, also of jobs that wait, are queued or failed")
  func otherNeeds() throws {
    let ledger = try workshop.open()
    func jobs(_ needsOfC: [String]) -> [JobSpecification] {
      [workshop.job("a"), workshop.job("b"), workshop.job("c", needs: needsOfC)]
    }
    try workshop.enqueue(ledger, jobs([]))
    #expect(try workshop.state(ledger, "c") == .queued)
    try workshop.enqueue(ledger, jobs(["a", "b"]))
    #expect(try workshop.state(ledger, "c") == .waiting)
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    #expect(try workshop.state(ledger, "c") == .failed)
    try workshop.enqueue(ledger, jobs(["b"]))
    #expect(try workshop.state(ledger, "c") == .waiting)
    try workshop.enqueue(ledger, jobs(["b", "a"]))
    #expect(try workshop.state(ledger, "c") == .failed)
    try workshop.enqueue(ledger, jobs([]))
    #expect(try workshop.state(ledger, "c") == .queued)
  }

  @Test("a circle is named in order, and so is a need that no job has")
  func impossibleNeeds() throws {
    let ledger = try workshop.open()
    let circle = [
      workshop.job("x", needs: ["a"]), workshop.job("a", needs: ["b"]),
      workshop.job("b", needs: ["c"]), workshop.job("c", needs: ["a"]),
    ]
    #expect(throws: LedgerError.cycle(jobs: ["a", "b", "c", "a"])) {
      try workshop.enqueue(ledger, circle)
    }
    #expect(throws: LedgerError.unknownNeed(job: "x", need: "nobody")) {
      try workshop.enqueue(ledger, [workshop.job("x", needs: ["nobody"])])
    }
    #expect(try ledger.reader.batches().isEmpty)
  }

  @Test("a folder of outputs counts as made by the jobs that write into it")
  func folderOfOutputs() throws {
    let ledger = try workshop.open()
    try FileManager.default.createDirectory(
      atPath: workshop.file("frames"), withIntermediateDirectories: true)
    try workshop.write("frames/0", "zero")
    func jobs(_ setting: String) -> [JobSpecification] {
      var picture = workshop.job("picture", setting: setting)
      picture.output = workshop.file("frames/1")
      return [picture, workshop.job("film", input: "frames", needs: ["picture"])]
    }
    try workshop.enqueue(ledger, jobs("red"))
    #expect(try workshop.drain(ledger) == ["picture", "film"])
    #expect(try workshop.enqueue(ledger, jobs("red")).done == 2)
    #expect(try workshop.enqueue(ledger, jobs("blue")).rechecked == 1)
    #expect(try workshop.drain(ledger) == ["picture", "film"])
  }

  @Test("chains may be as long as a batch")
  func longChain() throws {
    let ledger = try workshop.open()
    let count = 2000
    let jobs = (0..<count).map { number in
      workshop.job("\(number)", needs: number == 0 ? [] : ["\(number - 1)"])
    }
    try workshop.enqueue(ledger, jobs)
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    #expect(try ledger.reader.status().counts == [.failed: count])
    try ledger.control.retry(JobSelection(names: ["0"]))
    #expect(try ledger.reader.status().counts == [.queued: 1, .waiting: count - 1])
  }
}
