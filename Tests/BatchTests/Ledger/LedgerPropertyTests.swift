import Foundation
import GRDB
import Glibc
import Testing

@testable import Batch

/// Random sequences of operations: the ledger does what the model says, and its books always balance.
@Suite struct LedgerPropertyTests {
  private static let names = (0..<8).map { "job \($0)" }

  @Test("the ledger agrees with a model of it", arguments: 1...12)
  func agreement(seed: UInt64) throws {
    var run = try Run(seed: seed)
    for step in 0..<250 {
      try run.step()
      try run.compare(after: step)
    }
    try run.balance()
  }

  private struct Run {
    let workshop = LedgerWorkshop()
    let ledger: Ledger
    let limits = QuarantineLimits(barrenAttempts: 3, abandonedAttempts: 4)
    var model = LedgerModel()
    var random: SplitMix64
    var last = ""

    init(seed: UInt64) throws {
      random = SplitMix64(state: seed)
      ledger = try workshop.open(limits: limits, seed: seed)
    }

    func running() -> String? { model.jobs.filter { $0.value.state == .running }.keys.min() }

    mutating func step() throws {
      switch Int.random(in: 0..<20, using: &random) {
      case 0, 1: try enqueue()
      case 2...6: try claim()
      case 7...9: try segment()
      case 10...14: try end()
      case 15:
        last = "advance"
        workshop.clock.advance(4000)
        model.jobs.values.contains { $0.isPlanned } ? try claim() : ()
      case 16: try recover()
      case 17: try cancel()
      case 18: try retry()
      default: try loseOutput()
      }
    }

    func pick() -> String? {
      var random = random
      return model.jobs.keys.sorted().randomElement(using: &random)
    }

    mutating func enqueue() throws {
      last = "enqueue"
      var jobs: [JobSpecification] = []
      for (number, name) in names.enumerated() {
        let needs = names[..<number].filter { _ in Int.random(in: 0..<5, using: &random) == 0 }
        let keeps = Int.random(in: 0..<4, using: &random) > 0
        let old = model.jobs[name]
        var job = workshop.job(
          name, setting: keeps ? old?.setting ?? "0" : "\(Int.random(in: 0..<3, using: &random))",
          needs: keeps ? old?.needs ?? needs : needs,
          priority: Int.random(in: 0..<3, using: &random),
          retries: RetryPolicy(limit: LedgerModel.retryLimit, backoffSeconds: 10))
        job.labels = ["n": "1"]
        jobs.append(job)
      }
      try workshop.enqueue(ledger, jobs)
      for (position, job) in jobs.enumerated() {
        guard case .text(let setting) = job.steps[0].options["setting"] else { continue }
        model.enqueue(
          job.name, needs: job.needs, priority: job.priority, setting: setting, position: position)
      }
      model.settle()
    }

    mutating func claim() throws {
      last = "claim"
      let suspectsOnly = Int.random(in: 0..<3, using: &random) == 0
      let isDue = workshop.clock
      isDue.advance(4000)
      model.promotePlanned()
      let result = try ledger.claim(
        worker: "w", leaseSeconds: 1e6, executor: workshop.executor, suspectsOnly: suspectsOnly)
      let expected = model.next(suspectsOnly: suspectsOnly)
      switch result {
      case .claimed(let claim):
        #expect(claim.specification.name == expected)
        model.claim(claim.specification.name, attempt: claim.attempt)
      case .settled(let outcome):
        #expect(outcome.name == expected && outcome.state == .succeeded)
        let job = try #require(model.jobs[outcome.name])
        #expect(job.made == job.setting && job.outputExists)
        model.settleUnchanged(outcome.name)
      case .nothing:
        #expect(expected == nil)
      }
    }

    mutating func segment() throws {
      guard let name = running(), let attempt = model.jobs[name]?.attempt else { return }
      last = "segment of \(name)"
      let index = Int.random(in: 0..<4, using: &random)
      let news = try ledger.record(
        FinishedSegment(index: index, count: 4, sha256: "d", byteCount: 1), attempt: attempt)
      #expect((news == .new) == !(model.jobs[name]!.segments.contains(index)))
      model.segment(name, index)
    }

    mutating func end() throws {
      guard let name = running(), let job = model.jobs[name], let attempt = job.attempt else {
        return
      }
      let choice = Int.random(in: 0..<8, using: &random)
      last = "end \(choice) of \(name)"
      switch choice {
      case 0...2:
        let specification = try #require(try ledger.reader.histories(ofJob: name).first)
        let result = try workshop.executor.make(
          specification.specification, key: specification.key ?? "")
        try ledger.end(attempt, .succeeded(result))
        model.succeed(name)
      case 3:
        try ledger.end(attempt, .failed(JobFailure(exitCode: 65, message: "bad")))
        model.fail(name, crashed: false, limits: limits)
      case 4, 5:
        try ledger.end(attempt, .crashed(JobFailure(exitCode: 70, message: "signal")))
        model.fail(name, crashed: true, limits: limits)
      case 6:
        try ledger.end(attempt, .released(reason: "r"))
        model.release(name, suspects: false)
      default:
        try ledger.end(attempt, .suspected(JobFailure(exitCode: 70, message: "signal")))
        model.release(name, suspects: true)
      }
      #expect(throws: LedgerError.attemptEnded(attempt: attempt)) {
        try ledger.end(attempt, .released(reason: "r"))
      }
    }

    mutating func recover() throws {
      last = "recover"
      let running = model.jobs.filter { $0.value.state == .running }
      let outcomes = try ledger.recover(expiredOnly: false)
      #expect(Set(outcomes.map(\.name)) == Set(running.keys))
      for (name, _) in running.sorted(by: { $0.value.attempt! < $1.value.attempt! }) {
        model.abandon(name, limits: limits)
      }
    }

    mutating func cancel() throws {
      guard let name = pick() else { return }
      last = "cancel \(name)"
      _ = random.next()
      try ledger.control.cancel(JobSelection(names: [name]))
      model.cancel(name)
    }

    mutating func retry() throws {
      guard let name = pick() else { return }
      last = "retry \(name)"
      _ = random.next()
      try ledger.control.retry(JobSelection(names: [name]))
      model.retry(name)
    }

    mutating func loseOutput() throws {
      guard let name = pick() else { return }
      last = "lose \(name)"
      _ = random.next()
      unlink(workshop.file("\(name).out"))
      model.jobs[name]?.outputExists = false
    }

    func compare(after step: Int) throws {
      let states = try workshop.states(ledger)
      #expect(states == model.jobs.mapValues(\.state), "step \(step): \(last)")
    }

    /// What must hold in every ledger: counters agree with rows, and each job's events lead from state to state.
    func balance() throws {
      try ledger.database.read { database in
        let unmet = try Int.fetchOne(
          database,
          sql: """
            SELECT count(*) FROM jobs WHERE unmet_needs <> (
              SELECT count(*) FROM needs JOIN jobs AS n ON n.id = needs.need
              WHERE needs.job = jobs.id AND n.state <> 'succeeded')
            """)
        #expect(unmet == 0)
        let attempts = try Int.fetchOne(
          database,
          sql: """
            SELECT count(*) FROM jobs WHERE (state = 'running') <> EXISTS (
              SELECT 1 FROM attempts WHERE job = jobs.id AND ended_at IS NULL)
            """)
        #expect(attempts == 0)
        #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
        #expect(try Row.fetchOne(database, sql: "PRAGMA foreign_key_check") == nil)
      }
      for name in names {
        guard let history = try? ledger.reader.histories(ofJob: name)[0] else { continue }
        var state: JobState?
        for event in history.events {
          #expect(event.from == state && event.change.leads(from: event.from, to: event.to))
          state = event.to
        }
        #expect(state == history.summary.state)
      }
    }
  }
}
