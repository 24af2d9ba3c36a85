import Foundation
import Testing

@testable import Batch

/// Attempts: leases, progress, retries, quarantine, cancelling.
@Suite struct LedgerAttemptTests {
  let workshop = LedgerWorkshop()

  private func opened(
    _ jobs: [JobSpecification], limits: QuarantineLimits = QuarantineLimits()
  ) throws -> Ledger {
    let ledger = try workshop.open(limits: limits)
    try workshop.enqueue(ledger, jobs)
    return ledger
  }

  private func segment(_ index: Int, _ digest: String = "d") -> FinishedSegment {
    FinishedSegment(index: index, count: 4, sha256: digest, byteCount: 10)
  }

  @Test("a failure that may pass is retried later and later, with jitter, until the limit")
  func backoff() throws {
    let policy = RetryPolicy(limit: 4, backoffSeconds: 10)
    let ledger = try opened(
      [workshop.job("a", retries: policy)], limits: QuarantineLimits(barrenAttempts: 99))
    for step in [10.0, 20, 40, 80] {
      let claim = try #require(try workshop.claim(ledger))
      let outcome = try workshop.fail(ledger, claim)
      let seconds = try #require(outcome.retrySeconds)
      #expect(outcome.state == .waiting && seconds >= step / 2 && seconds <= step)
      #expect(try workshop.claim(ledger) == nil)
      let next = try #require(try ledger.reader.status().nextDueSeconds)
      #expect(abs(next - seconds) < 1e-3)
      workshop.clock.advance(seconds + 0.001)
    }
    let last = try workshop.fail(ledger, try #require(try workshop.claim(ledger)))
    #expect(last.state == .failed && last.retrySeconds == nil && last.message == "it broke")
  }

  @Test("waits never exceed an hour, and differ between jobs")
  func backoffBounds() {
    var backoff = Backoff(generator: SplitMix64(state: 7))
    let policy = RetryPolicy(limit: 100, backoffSeconds: 10)
    let waits = (1...200).map { backoff.seconds(failures: $0, policy: policy) }
    #expect(waits.allSatisfy { $0 >= 5 && $0 <= 3600 })
    #expect(waits[100...].allSatisfy { $0 >= 1800 })
    #expect(Set(waits).count == 200)
  }

  @Test(
    "each exit code has its class, and only what may pass is retried",
    arguments: [
      (64, false), (65, false), (66, false), (69, false), (70, true), (73, false), (74, true),
      (75, true), (1, false), (99, true),
    ] as [(Int32, Bool)])
  func exitCodes(code: Int32, retries: Bool) throws {
    let ledger = try opened([workshop.job("a")])
    let claim = try #require(try workshop.claim(ledger))
    #expect(
      try workshop.fail(ledger, claim, exitCode: code).state == (retries ? .waiting : .failed))
  }

  @Test("three attempts in a row without a new segment set a job aside; a new segment starts over")
  func quarantine() throws {
    let policy = RetryPolicy(limit: 99, backoffSeconds: 0)
    let ledger = try opened([workshop.job("a", retries: policy)])
    func attempt(_ segments: [FinishedSegment], _ end: AttemptEnding) throws -> JobState {
      let first = try workshop.claim(ledger)
      let claim = try #require(try first ?? workshop.claim(ledger, suspectsOnly: true))
      for segment in segments { try ledger.record(segment, attempt: claim.attempt) }
      return try ledger.end(claim.attempt, end).state
    }
    #expect(try attempt([], .crashed(JobFailure(exitCode: 70, message: "signal 11"))) == .waiting)
    #expect(
      try attempt([], .timedOut(JobFailure(exitCode: 75, message: "too long"), isFinal: false))
        == .waiting)
    #expect(
      try attempt([segment(0)], .failed(JobFailure(exitCode: 74, message: "no memory"))) == .waiting
    )
    #expect(
      try attempt([segment(0)], .crashed(JobFailure(exitCode: 70, message: "signal 11")))
        == .waiting)
    #expect(try attempt([], .released(reason: "r")) == .queued)
    #expect(try attempt([], .crashed(JobFailure(exitCode: 70, message: "signal 11"))) == .waiting)
    #expect(
      try attempt([], .crashed(JobFailure(exitCode: 70, message: "signal 11"))) == .quarantined)
    let history = try #require(try ledger.reader.histories(ofJob: "a").first)
    #expect(history.summary.failureClass == .crash)
    #expect(history.attempts.map(\.newSegments) == [0, 0, 1, 0, 0, 0, 0])
    #expect(try workshop.claim(ledger) == nil)
    try ledger.control.retry(JobSelection())
    #expect(try attempt([], .crashed(JobFailure(exitCode: 70, message: "signal 11"))) == .waiting)
  }

  @Test("segments are kept with their digests; a remade one tells whether it is the same")
  func segments() throws {
    let ledger = try opened([workshop.job("a")])
    let claim = try #require(try workshop.claim(ledger))
    #expect(try ledger.record(segment(0), attempt: claim.attempt) == .new)
    #expect(try ledger.record(segment(1, "e"), attempt: claim.attempt) == .new)
    #expect(try ledger.record(segment(0), attempt: claim.attempt) == .again)
    #expect(try ledger.record(segment(1, "f"), attempt: claim.attempt) == .differs)
    let history = try #require(try ledger.reader.histories(ofJob: "a").first)
    #expect(history.segments.map(\.sha256) == ["d", "f"])
    // An attempt that finished segments may have put its output in place.
    _ = try workshop.executor.make(claim.specification, key: claim.key)
    try ledger.end(claim.attempt, .released(reason: "r"))
    #expect(try workshop.claim(ledger)?.replacesOutput == true)
  }

  @Test(
    "a lease that runs out, or is of an earlier boot, ends the attempt; the wall clock does not")
  func leases() throws {
    let ledger = try opened([workshop.job("a"), workshop.job("b")])
    let first = try #require(try workshop.claim(ledger))
    workshop.clock.jumpWall(1e7)
    workshop.clock.advance(29)
    #expect(try ledger.recover(expiredOnly: true).isEmpty)
    let progress = StageProgress(stage: "rendering", done: 5, total: 10)
    try ledger.heartbeat([first.attempt: progress, 77: progress], leaseSeconds: 30)
    workshop.clock.advance(29)
    #expect(try ledger.recover(expiredOnly: true).isEmpty)
    workshop.clock.advance(2)
    #expect(try ledger.recover(expiredOnly: true).map(\.state) == [.queued])
    #expect(throws: LedgerError.attemptEnded(attempt: first.attempt)) {
      try workshop.finish(ledger, first)
    }
    #expect(throws: LedgerError.attemptEnded(attempt: first.attempt)) {
      try ledger.record(segment(0), attempt: first.attempt)
    }
    let second = try #require(try workshop.claim(ledger))
    #expect(second.specification.name == "a" && second.number == 2)
    workshop.clock.reboot()
    workshop.clock.jumpWall(-1e8)
    #expect(try ledger.recover(expiredOnly: true).map(\.name) == ["a"])
    _ = try #require(try workshop.claim(ledger))
    #expect(try ledger.recover(expiredOnly: false).map(\.name) == ["a"])
  }

  @Test("a planned retry is due at once after the machine was started anew")
  func retryAfterReboot() throws {
    let ledger = try opened([
      workshop.job("a", retries: RetryPolicy(limit: 3, backoffSeconds: 3000))
    ])
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)))
    #expect(try workshop.claim(ledger) == nil)
    workshop.clock.reboot()
    #expect(try workshop.claim(ledger)?.number == 2)
  }

  @Test("a vanished runner seldom is the job's fault: many such attempts in a row set it aside")
  func abandoned() throws {
    let ledger = try opened([workshop.job("a")])
    for attempt in 1...9 {
      let isSuspect = attempt > 3
      _ = try #require(try workshop.claim(ledger, suspectsOnly: isSuspect))
      #expect(try ledger.recover(expiredOnly: false).map(\.state) == [.queued])
    }
    _ = try #require(try workshop.claim(ledger, suspectsOnly: true))
    #expect(try ledger.recover(expiredOnly: false).map(\.state) == [.quarantined])
  }

  @Test("jobs whose host died together are run alone, and none of them is blamed yet")
  func suspects() throws {
    let ledger = try opened([workshop.job("a"), workshop.job("b"), workshop.job("c")])
    for _ in 0..<2 {
      let claim = try #require(try workshop.claim(ledger))
      #expect(
        try ledger.end(
          claim.attempt, .suspected(JobFailure(exitCode: 70, message: "the host died"))
        ).state
          == .queued)
    }
    #expect(try workshop.drain(ledger) == ["c"])
    let alone = try #require(try workshop.claim(ledger, suspectsOnly: true))
    #expect(alone.specification.name == "a")
    try workshop.finish(ledger, alone)
    let guilty = try #require(try workshop.claim(ledger, suspectsOnly: true))
    #expect(
      try ledger.end(guilty.attempt, .crashed(JobFailure(exitCode: 70, message: "signal 9"))).state
        == .waiting)
    workshop.clock.advance(100)
    #expect(try workshop.claim(ledger) == nil)
    #expect(try workshop.claim(ledger, suspectsOnly: true)?.specification.name == "b")
  }

  @Test("cancelling ends what waits at once, and asks what runs to stop")
  func cancelling() throws {
    let ledger = try opened(["a", "b", "c"].map { workshop.job($0) })
    let (a, b) = (
      try #require(try workshop.claim(ledger)), try #require(try workshop.claim(ledger))
    )
    let outcomes = try ledger.control.cancel(JobSelection())
    #expect(outcomes.map(\.state) == [.running, .running, .cancelled])
    #expect(try ledger.reader.cancelledAttempts() == [a.attempt, b.attempt])
    #expect(try ledger.end(a.attempt, .cancelled).state == .cancelled)
    #expect(try workshop.finish(ledger, b).state == .succeeded)
    try ledger.control.retry(JobSelection(names: ["a", "c"]))
    #expect(try workshop.drain(ledger) == ["a", "c"])
    #expect(throws: LedgerError.noSuchJob("z")) {
      try ledger.control.cancel(JobSelection(names: ["a", "z"]))
    }
  }

  @Test("an attempt of a cancelled job that fails or is abandoned isn't made again")
  func cancelledFailures() throws {
    let ledger = try opened(["a", "b"].map { workshop.job($0) })
    let a = try #require(try workshop.claim(ledger))
    _ = try #require(try workshop.claim(ledger))
    try ledger.control.cancel(JobSelection())
    #expect(try workshop.fail(ledger, a).state == .cancelled)
    #expect(try ledger.recover(expiredOnly: false).map(\.state) == [.cancelled])
  }

  @Test("a success without the output is none")
  func missingOutput() throws {
    let ledger = try opened([workshop.job("a")])
    let claim = try #require(try workshop.claim(ledger))
    let result = JobResult(sha256: "x", byteCount: 5, frameCount: 1, warnings: [])
    let outcome = try ledger.end(claim.attempt, .succeeded(result))
    #expect(outcome.state == .waiting && outcome.message?.contains("isn't there") == true)
  }

  @Test("when all attempts together took the job's time, no other one follows")
  func jobTimeout() throws {
    var job = workshop.job("a", retries: RetryPolicy(limit: 99, backoffSeconds: 0))
    job.jobTimeoutSeconds = 100
    let ledger = try opened([job])
    let first = try #require(try workshop.claim(ledger))
    workshop.clock.advance(60)
    #expect(try workshop.fail(ledger, first).state == .waiting)
    let second = try #require(try workshop.claim(ledger))
    #expect(second.earlierSeconds == 60)
    workshop.clock.advance(50)
    #expect(
      try ledger.end(
        second.attempt, .timedOut(JobFailure(exitCode: 75, message: "t"), isFinal: false)
      ).state == .failed)
  }
}
