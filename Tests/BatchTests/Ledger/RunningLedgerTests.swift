import Foundation
import Testing

@testable import Batch

/// A runner on a real ledger.
@Suite struct RunningLedgerTests {
  let workshop = LedgerWorkshop()

  /// The ledger's clock, as a runner has it.
  private struct SharedClock: RunnerClock {
    let clock: SettableClock
    var seconds: Double { Double(clock.clock.now().monotonicNanoseconds) / 1e9 }
    func sleep(seconds: Double) { clock.advance(seconds) }
  }

  /// Does copying jobs in this process; dies of those whose setting is "crash", and fails once those with "flaky".
  private final class CopyingHost: JobHost {
    let workshop: LedgerWorkshop
    private var events: [HostEvent] = [.message(.ready(processIdentifier: 1))]
    private var later: [HostEvent] = []
    private var failed: Set<String> = []

    init(_ workshop: LedgerWorkshop) { self.workshop = workshop }

    func send(_ command: HostCommand) -> Bool {
      guard case .run(let assignment) = command else { return true }
      later.append(answer(assignment))
      return true
    }

    private func answer(_ assignment: HostCommand.Assignment) -> HostEvent {
      let (name, setting) = (
        assignment.job.name, assignment.job.steps[0].options["setting"]
      )
      if setting == .text("crash") {
        return .ended(reason: "signal 11 (Segmentation fault)")
      }
      if setting == .text("flaky"), failed.insert(name).inserted {
        let failure = JobFailure(exitCode: 74, message: "the disk hiccuped")
        return .message(.failed(attempt: assignment.attempt, failure))
      }
      do {
        let result = try workshop.executor.make(assignment.job, key: assignment.key)
        return .message(.finished(attempt: assignment.attempt, result))
      } catch {
        return .message(.failed(attempt: assignment.attempt, JobFailure(error)))
      }
    }

    /// What was sent is answered after a moment, so that several jobs are in work at once.
    func receive(milliseconds: Int32) -> [HostEvent] {
      workshop.clock.advance(Double(milliseconds) / 1000)
      defer { (events, later) = (later, []) }
      if let death = events.firstIndex(where: { if case .ended = $0 { true } else { false } }) {
        return [events[death]]
      }
      return events
    }

    func kill() {}
  }

  private func run(_ ledger: Ledger, workers: Int) throws -> (RunnerEnding, settled: [JobOutcome]) {
    var settled: [JobOutcome] = []
    let workshop = workshop
    let running = try RunningLedger(
      ledger, executor: workshop.executor, worker: "w", settled: { settled.append($0) })
    let environment = RunnerEnvironment(
      clock: SharedClock(clock: workshop.clock), makeHost: { CopyingHost(workshop) },
      stopRequest: { .none }, freeByteCount: { _ in nil })
    let runner = BatchRunner(
      ledger: running, settings: RunnerSettings(workers: workers), environment: environment,
      notice: { _ in })
    return (try runner.run(), settled)
  }

  @Test("a runner does all that can be done, waits for retries and follows needs")
  func doesAll() throws {
    let ledger = try workshop.open()
    let jobs = [
      workshop.job("last", input: "b.out", needs: ["b"]),
      workshop.job("a", setting: "flaky"), workshop.job("b", input: "a.out", needs: ["a"]),
      workshop.job("gone", input: "absent"), workshop.job("c"),
    ]
    try workshop.write("absent", "")
    try workshop.enqueue(ledger, jobs)
    try FileManager.default.removeItem(atPath: workshop.file("absent"))
    let (ending, settled) = try run(ledger, workers: 2)
    #expect(ending == .nothingLeft)
    #expect(settled.map(\.name) == ["gone"] && settled.map(\.state) == [.failed])
    #expect(
      try workshop.states(ledger) == [
        "a": .succeeded, "b": .succeeded, "c": .succeeded, "last": .succeeded, "gone": .failed,
      ])
    #expect(try ledger.reader.rates().points["copy"]?.count == 1)
  }

  @Test("one job that kills the host costs the others nothing, and ends in quarantine")
  func guiltyJob() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(
      ledger,
      [workshop.job("a"), workshop.job("killer", setting: "crash"), workshop.job("b")]
        + (0..<5).map { workshop.job("\($0)") })
    #expect(try run(ledger, workers: 3).0 == .nothingLeft)
    #expect(try ledger.reader.status().counts == [.succeeded: 7, .quarantined: 1])
    let killer = try #require(try ledger.reader.histories(ofJob: "killer").first)
    #expect(killer.attempts.map(\.outcome) == [.suspected, .failed, .failed, .failed])
    #expect(killer.summary.failureMessage?.contains("signal 11") == true)
  }

  @Test("what a vanished runner left in work is taken over")
  func takingOver() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [workshop.job("a"), workshop.job("b")])
    _ = try #require(try workshop.claim(ledger))
    let (_, settled) = try run(ledger, workers: 1)
    #expect(settled.map(\.name) == ["a"] && settled.map(\.state) == [.queued])
    #expect(try ledger.reader.status().counts == [.succeeded: 2])
  }

  @Test("an input that changed while the job ran makes the attempt void, and it is made again")
  func changedInput() throws {
    let ledger = try workshop.open()
    try workshop.write("x", "one")
    try workshop.enqueue(ledger, [workshop.job("a", input: "x")])
    let running = try RunningLedger(ledger, executor: workshop.executor, worker: "w")
    let first = try #require(try running.claim(where: { _ in true }))
    let result = try workshop.executor.make(first.specification, key: first.key)
    try workshop.write("x", "two, longer")
    let outcome = try running.end(first.attempt, .succeeded(result))
    #expect(outcome.state == .waiting && outcome.message?.contains("an input changed") == true)
    workshop.clock.advance(60)
    let second = try #require(try running.claim(where: { _ in true }))
    #expect(second.replacesOutput && second.key != first.key)
    let again = try workshop.executor.make(second.specification, key: second.key)
    #expect(try running.end(second.attempt, .succeeded(again)).state == .succeeded)
  }
}
