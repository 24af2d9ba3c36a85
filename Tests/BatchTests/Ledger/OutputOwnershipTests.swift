import Digests
import Foundation
import Testing

@testable import Batch

/// Files of other people at the places of outputs are kept; what batches made is made again.
@Suite struct OutputOwnershipTests {
  private let workshop = LedgerWorkshop()

  private func text(_ name: String) -> String? {
    try? String(contentsOfFile: workshop.file(name), encoding: .utf8)
  }

  private func finished(_ jobs: [JobSpecification]) throws -> Ledger {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, jobs)
    _ = try workshop.drain(ledger)
    return ledger
  }

  @Test func `a foreign file where a finished output was is kept, until it is moved away`() throws {
    let jobs = [workshop.job("a", setting: "s")]
    let ledger = try finished(jobs)
    try workshop.write("a.out", "holidays")
    #expect(try workshop.enqueue(ledger, jobs).remade == 1)
    #expect(try workshop.drain(ledger) == [])
    let job = try #require(try ledger.reader.jobs(named: ["a"]).first)
    #expect(job.state == .failed && job.failureClass == .cannotCreateOutput)
    #expect(
      job.failureMessage
        == "output \(workshop.file("a.out")): is there and was not made by this batch: move it away, "
        + "or name another output")
    #expect(text("a.out") == "holidays")

    try FileManager.default.removeItem(atPath: workshop.file("a.out"))
    try ledger.control.retry(JobSelection())
    let claim = try #require(try workshop.claim(ledger))
    // Nothing lies there now; what may come while the job works must stay.
    #expect(!claim.replacesOutput)
    #expect(try workshop.finish(ledger, claim).state == .succeeded)
  }

  @Test func `a forced job keeps a foreign file too`() throws {
    let jobs = [workshop.job("a")]
    let ledger = try finished(jobs)
    try workshop.write("a.out", "mine")
    try workshop.enqueue(ledger, jobs, forces: true)
    #expect(try workshop.drain(ledger) == [])
    #expect(text("a.out") == "mine")
  }

  @Test func `an output of other options, or of another job of the ledger, is replaced`() throws {
    let ledger = try finished([workshop.job("a", setting: "old"), workshop.job("b", setting: "b")])
    try FileManager.default.copyItem(atPath: workshop.file("b.out"), toPath: workshop.file("c.out"))
    try workshop.enqueue(
      ledger,
      [
        workshop.job("a", setting: "new"), workshop.job("b", setting: "b"),
        workshop.job("c", setting: "c"),
      ])
    #expect(try workshop.drain(ledger) == ["a", "c"])
    #expect(text("a.out")?.hasPrefix(" new\n") == true)
  }

  @Test func `an output without its metadata is known by its digest`() throws {
    let jobs = [workshop.job("a")]
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, jobs)
    let claim = try #require(try workshop.claim(ledger))
    var result = try workshop.executor.make(claim.specification, key: claim.key)
    try workshop.write("a.out", "bare")
    (result.sha256, result.byteCount) = (SHA256.digest(of: "bare"), 4)
    try ledger.end(claim.attempt, .succeeded(result))
    try workshop.enqueue(ledger, jobs, forces: true)
    #expect(try workshop.claim(ledger)?.replacesOutput == true)
  }

  @Test func `a new ledger takes an output of the job's key as it is, and keeps others`() throws {
    let ledger = try workshop.open()
    let jobs = [workshop.job("a"), workshop.job("b")]
    let key = try workshop.executor.key(of: jobs[0], digests: ledger.fileDigests())
    try workshop.write("a.out", "x\nkey \(key)")
    try workshop.write("b.out", "x\nkey of another ledger")
    try workshop.enqueue(ledger, jobs)
    let claim = try #require(try workshop.claim(ledger))
    #expect(claim.specification.name == "a" && !claim.replacesOutput)
    #expect(try workshop.claim(ledger)?.attempt == nil)
    #expect(try workshop.state(ledger, "b") == .failed)
  }

  @Test func `a contact sheet that is gone is made again alone, and a foreign one is kept`() throws
  {
    var job = workshop.job("a")
    job.makesContactSheet = true
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [job])
    let first = try #require(try workshop.claim(ledger))
    try workshop.write("a.out.sheet", "sheet\nkey \(first.key)")
    try workshop.finish(ledger, first)
    #expect(try workshop.enqueue(ledger, [job]).done == 1)

    try FileManager.default.removeItem(atPath: workshop.file("a.out.sheet"))
    let manifest = ExpandedManifest(path: "/m.yaml", digest: "d", jobs: [job])
    for verifies in [false, true] {
      let plan = try ledger.plan(manifest, executor: workshop.executor, verifies: verifies)
      #expect(plan.jobs.map(\.verdict) == [.companionMissing])
    }
    #expect(try workshop.enqueue(ledger, [job]).remade == 1)
    let again = try #require(try workshop.claim(ledger))
    // The video is right: the executor takes it as it is.
    #expect(!again.replacesOutput && again.key == first.key)
    try workshop.write("a.out.sheet", "a picture of mine")
    try ledger.end(again.attempt, .released(reason: "test"))
    try workshop.enqueue(ledger, [job], forces: true)
    // It is there, and so the job is right again.
    #expect(try workshop.claim(ledger)?.attempt == nil)
    try workshop.enqueue(ledger, [job], forces: true)
    #expect(try workshop.claim(ledger)?.attempt == nil)
    let summary = try #require(try ledger.reader.jobs(named: ["a"]).first)
    #expect(summary.failureMessage?.hasPrefix("contact sheet ") == true)
    #expect(text("a.out.sheet") == "a picture of mine")
  }
}
