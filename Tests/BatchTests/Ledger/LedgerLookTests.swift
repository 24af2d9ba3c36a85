import Foundation
import MediaTypes
import Synchronization
import Testing

@testable import Batch

/// What people see of a ledger, and what they may ask of it.
@Suite struct LedgerLookTests {
  let workshop = LedgerWorkshop()

  @Test func `who holds the lock is seen without getting in the way`() throws {
    #expect(LedgerLock.holder(of: workshop.files) == nil)
    var lock: LedgerLock? = try LedgerLock(workshop.files, command: "avatar batch run x.yaml")
    let holder = try #require(LedgerLock.holder(of: workshop.files))
    #expect(holder.hasPrefix("process \(getpid()) since "))
    #expect(holder.hasSuffix("(avatar batch run x.yaml)") && lock != nil)
    #expect(throws: LedgerError.self) { _ = try LedgerLock(workshop.files, command: "other") }
    lock = nil
    #expect(LedgerLock.holder(of: workshop.files) == nil)
    // Those who look all the time keep nobody from starting.
    let isOver = Atomic(false)
    let files = workshop.files
    let watcher = Thread {
      while !isOver.load(ordering: .relaxed) { _ = LedgerLock.holder(of: files) }
    }
    watcher.start()
    defer { isOver.store(true, ordering: .relaxed) }
    for _ in 0..<50 { _ = try LedgerLock(files, command: "run") }
  }

  @Test func `jobs are found by labels and names`() throws {
    let ledger = try workshop.open()
    var jobs = ["a", "b", "c"].map { workshop.job($0) }
    jobs[0].labels = ["team": "news", "it's": "o\"dd $.x"]
    jobs[1].labels = ["team": "news"]
    try workshop.enqueue(ledger, jobs)
    func names(_ labels: [String: String]) throws -> [String] {
      try ledger.reader.jobs(labels: labels).map(\.name)
    }
    #expect(try names(["team": "news"]) == ["a", "b"])
    #expect(try names(["team": "news", "it's": "o\"dd $.x"]) == ["a"])
    #expect(try names(["team": "other"]).isEmpty && names([:]).count == 3)
    #expect(try ledger.reader.jobs(named: ["c", "a"]).map(\.name) == ["c", "a"])
    #expect(try ledger.reader.jobs(named: ["a"])[0].labels == jobs[0].labels)
    #expect(throws: LedgerError.noSuchJob("z")) { try ledger.reader.jobs(named: ["a", "z"]) }
  }

  @Test func `all that failed is retried, and what was cancelled is not`() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, ["a", "b"].map { workshop.job($0) })
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    try ledger.control.cancel(JobSelection(names: ["b"]))
    let outcomes = try ledger.control.retry(JobSelection(states: [.failed, .quarantined]))
    #expect(outcomes.map(\.name) == ["a"])
    #expect(try workshop.states(ledger) == ["a": .queued, "b": .cancelled])
  }

  @Test func `time left is reckoned from jobs that were done, and what is in work`() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, ["a", "b", "c", "d"].map { workshop.job($0) })
    #expect(try ledger.reader.status().secondsLeft == nil)
    let first = try #require(try workshop.claim(ledger))
    workshop.clock.advance(10)
    try workshop.finish(ledger, first)
    #expect(try ledger.reader.status().secondsLeft == 30)
    _ = try workshop.claim(ledger)
    workshop.clock.advance(4)
    #expect(try ledger.reader.status().secondsLeft == 26)
    _ = try workshop.claim(ledger)
    let status = try ledger.reader.status(manifest: "/m.yaml")
    #expect(status.secondsLeft == 13 && status.leftCount == 3 && status.secondsPerJob == 10)
    workshop.clock.advance(1000)
    #expect(try ledger.reader.status().secondsLeft == 5)
  }

  @Test func `pruning removes logs and unfinished work, but nothing on trial`() throws {
    let ledger = try workshop.open()
    let discarded = Discarded()
    let jobs = ["failed", "done", "shared"].map { workshop.job($0) }
    try workshop.enqueue(ledger, jobs, manifest: "/old")
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)), exitCode: 65)
    try ledger.control.cancel(JobSelection(names: ["shared"]))
    _ = try workshop.drain(ledger)
    workshop.clock.advance(100)
    // Another batch goes on where the cancelled job left off.
    try workshop.enqueue(ledger, [jobs[2]], manifest: "/new")
    let logs = try ledger.reader.jobs(manifest: "/old").map {
      workshop.files.log(ofJob: $0.name, manifest: $0.manifest)
    }
    try FileManager.default.createDirectory(
      atPath: FilePath.folder(of: logs[0]), withIntermediateDirectories: true)
    for log in logs { try Data("x".utf8).write(to: URL(fileURLWithPath: log)) }
    let limit = workshop.clock.clock.now().wallSeconds - 50
    let trial = try ledger.prune(finishedBefore: limit, isTrial: true)
    #expect(trial.jobs.map(\.name) == ["failed", "done", "shared"] && trial.batches == 1)
    #expect(try ledger.reader.jobs(manifest: "/old").count == 3)
    let report = try ledger.prune(finishedBefore: limit)
    #expect(report == trial)
    ledger.removeFiles(of: report, executor: discarded)
    #expect(discarded.names == ["failed"])
    #expect(logs.allSatisfy { access($0, F_OK) != 0 })
    #expect(access(workshop.file("done.out"), F_OK) == 0)
    #expect(try workshop.states(ledger) == ["shared": .queued])
  }
}

/// Remembers whose unfinished work it was told to remove.
private final class Discarded: JobExecutor {
  private let base = CopyingExecutor()
  private let jobs = Mutex<[String]>([])
  var names: [String] { jobs.withLock { $0 } }
  var kinds: [JobKind] { base.kinds }

  func identity(of job: JobSpecification) throws -> String { try base.identity(of: job) }
  func inputs(of job: JobSpecification) throws -> [String] { try base.inputs(of: job) }
  func measure(_ job: JobSpecification) throws -> JobSize { try base.measure(job) }
  func run(_ job: JobSpecification, context: JobContext) throws -> JobResult {
    try base.run(job, context: context)
  }
  func finishedOutput(at path: String) -> FoundOutput? { nil }
  func jobKey(at path: String) -> String? { nil }
  func companions(of job: JobSpecification) -> [Companion] { [] }
  func maker(of companion: Companion, beside job: JobSpecification) -> Companion.Maker { .unknown }
  func complete(_ job: JobSpecification) throws {}
  func discard(_ job: JobSpecification) { jobs.withLock { $0.append(job.name) } }
}
