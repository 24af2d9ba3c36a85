import Foundation
import Testing

@testable import Batch

/// What people are told of a run before it.
@Suite struct BatchPlanTests {
  let workshop = LedgerWorkshop()

  private func plan(
    _ jobs: [JobSpecification], _ ledger: Ledger?, forces: Bool = false
  ) throws -> BatchPlan {
    try BatchPlan(
      ExpandedManifest(path: "/m.yaml", digest: "d", jobs: jobs), executor: workshop.executor,
      reader: ledger?.reader, forces: forces)
  }

  private func verdicts(_ plan: BatchPlan) -> [PlanVerdict] { plan.jobs.map(\.verdict) }

  @Test func `without a ledger everything is new, waits or is impossible`() throws {
    let jobs = [
      workshop.job("a"), workshop.job("b", input: "a.out", needs: ["a"]),
      workshop.job("c", setting: "impossible"), workshop.job("d", input: "c.out", needs: ["c"]),
      workshop.job("e", input: "nothing"),
    ]
    let plan = try plan(jobs, nil)
    #expect(verdicts(plan) == [.new, .waiting, .impossible, .impossible, .impossible])
    #expect(
      plan.jobs.map(\.reason).prefix(4) == [
        nil, "needs a", "model X isn't installed: install it",
        "an input would be made by a job that failed or was cancelled",
      ])
    #expect(plan.jobs[4].reason?.contains("nothing: can't be read") == true)
    #expect(!FileManager.default.fileExists(atPath: workshop.files.ledger))
  }

  @Test func `with a ledger each job says why it runs`() throws {
    let ledger = try workshop.open()
    let names = ["kept", "changed", "missing", "altered", "stopped"]
    try workshop.enqueue(ledger, names.map { workshop.job($0) })
    try ledger.control.cancel(JobSelection(names: ["stopped"]))
    _ = try workshop.drain(ledger)
    try FileManager.default.removeItem(atPath: workshop.file("missing.out"))
    try workshop.write("altered.out", "other")
    var jobs = names.map { workshop.job($0) }
    jobs[1] = workshop.job("changed", setting: "2")
    let plan = try plan(jobs + [workshop.job("added")], ledger)
    #expect(
      verdicts(plan) == [.done, .changed, .outputMissing, .outputChanged, .cancelled, .new])
    #expect(verdicts(try self.plan(jobs, ledger, forces: true)).first == .forced)
    try workshop.enqueue(ledger, jobs)
    #expect(
      verdicts(try self.plan(jobs, ledger)).dropFirst() == [.queued, .queued, .queued, .cancelled])
    let claim = try #require(try workshop.claim(ledger))
    #expect(verdicts(try self.plan(jobs, ledger))[1] == .running)
    _ = try workshop.fail(ledger, claim, exitCode: 65)
    #expect(verdicts(try self.plan(jobs, ledger))[1] == .failed)
  }

  @Test func `estimates come from rates, and say of how many jobs`() throws {
    let jobs = (0..<3).map { workshop.job("\($0)") }
    let unknown = PlanEstimate(try plan(jobs, nil), executor: workshop.executor, rates: RateTable())
    #expect(unknown.seconds == nil && unknown.unratedCount == 3 && unknown.frameCount == 75)
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [jobs[0]])
    let claim = try #require(try workshop.claim(ledger))
    workshop.clock.advance(5)
    try workshop.finish(ledger, claim)
    let many = jobs + (0..<2 * PlanEstimate.sampleLimit).map { workshop.job("more \($0)") }
    let estimate = PlanEstimate(
      try plan(many, ledger), executor: workshop.executor, rates: try ledger.reader.rates())
    #expect(estimate.jobCount == 2002 && estimate.sampleCount == 1000)
    #expect(estimate.unratedCount == 0 && estimate.unmeasuredCount == 0)
    #expect(abs((estimate.seconds ?? 0) - 2002 * 5) < 1e-6)
    let nothing = PlanEstimate(
      try plan([jobs[0]], ledger), executor: workshop.executor, rates: RateTable())
    #expect(nothing.jobCount == 0 && nothing.seconds == 0 && nothing.byteCount == 0)
  }

  @Test func `the disks of outputs are told once, by the nearest folder that is there`() throws {
    var jobs = (0..<3).map { workshop.job("\($0)") }
    jobs[1].output = workshop.file("not/yet/there.out")
    let disks = OutputDisk.all(of: try plan(jobs, nil))
    #expect(disks.map(\.folder) == [workshop.folder] && disks.map(\.jobCount) == [3])
    #expect(disks[0].freeByteCount > 0)
  }
}
