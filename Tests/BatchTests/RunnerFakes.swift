import Foundation

@testable import Batch

/// Time that passes only when someone sleeps.
final class FakeClock: RunnerClock, @unchecked Sendable {
  // Unchecked: each test uses it on one thread.
  var seconds = 1000.0
  func sleep(seconds: Double) { self.seconds += seconds }
}

/// A host whose jobs do what their `act` option says: `succeed`, `fail:CODE`, `wait` (until stopped), `hang` (until killed), `crash`.
final class FakeHost: JobHost {
  private let clock: FakeClock
  private var events: [HostEvent] = [.message(.ready(processIdentifier: 1))]
  private var waiting: Set<Int> = []
  private var isDead = false
  private(set) var commands: [HostCommand] = []

  init(clock: FakeClock) { self.clock = clock }

  func send(_ command: HostCommand) -> Bool {
    guard !isDead else { return false }
    commands.append(command)
    switch command {
    case .run(let assignment): begin(assignment)
    case .stop(let attempt, _):
      if waiting.remove(attempt) != nil { events.append(.message(.stopped(attempt: attempt))) }
    }
    return true
  }

  private func begin(_ assignment: HostCommand.Assignment) {
    guard case .text(let act) = assignment.job.steps[0].options["act"] else { return }
    switch act {
    case "wait": waiting.insert(assignment.attempt)
    case "hang": break
    case "crash": die("signal 11 (Segmentation fault)")
    case let text where text.hasPrefix("fail:"):
      let failure = JobFailure(exitCode: Int32(text.dropFirst(5))!, message: "no")
      events.append(.message(.failed(attempt: assignment.attempt, failure)))
    default:
      events.append(
        .message(
          .finished(
            attempt: assignment.attempt,
            JobResult(sha256: "1", byteCount: 1, frameCount: 1, warnings: []))))
    }
  }

  func receive(milliseconds: Int32) -> [HostEvent] {
    defer { events = [] }
    if events.isEmpty { clock.seconds += Double(milliseconds) / 1000 }
    return events
  }

  func kill() { die("signal 9 (Killed)") }

  private func die(_ reason: String) {
    guard !isDead else { return }
    isDead = true
    events.append(.ended(reason: reason))
  }
}

/// A ledger that keeps what it is told in memory, and queues released jobs again.
final class FakeLedger: RunnerLedger {
  var queue: [ClaimedAttempt] = []
  private(set) var endings: [String: [AttemptEnding]] = [:]
  private(set) var mostInWork = 0
  var cancelled: Set<String> = []
  private var inWork: [Int: ClaimedAttempt] = [:]
  private var attempts: Int = 0

  /// A job named `name` that does `act`.
  func add(
    _ name: String, _ act: String, folder: String = "/out", attemptTimeout: Double? = nil,
    jobTimeout: Double? = nil
  ) {
    var job = JobSpecification(
      name: name, steps: [JobStep(kind: "act", options: ["act": .text(act)])],
      output: "\(folder)/\(name)")
    job.attemptTimeoutSeconds = attemptTimeout
    job.jobTimeoutSeconds = jobTimeout
    queue.append(
      ClaimedAttempt(
        attempt: 0, job: queue.count, specification: job, key: "k", replacesOutput: false,
        earlierSeconds: 0))
  }

  private var suspects: Set<Int> = []

  func claim(where mayWrite: (String) -> Bool) -> ClaimedAttempt? {
    queue.firstIndex { !suspects.contains($0.job) && mayWrite($0.specification.output) }.map(take)
  }

  func claimSuspect(where mayWrite: (String) -> Bool) -> ClaimedAttempt? {
    queue.firstIndex { suspects.contains($0.job) && mayWrite($0.specification.output) }.map(take)
  }

  private func take(at index: Int) -> ClaimedAttempt {
    var claimed = queue.remove(at: index)
    attempts += 1
    claimed.attempt = attempts
    inWork[attempts] = claimed
    mostInWork = max(mostInWork, inWork.count)
    return claimed
  }

  func secondsUntilNextStart() -> Double? { nil }
  func extendLeases(_ attempts: [Int: StageProgress]) {}
  func cancelledAttempts() -> Set<Int> {
    Set(inWork.filter { cancelled.contains($0.value.specification.name) }.keys)
  }
  func record(segment: FinishedSegment, of attempt: Int) {}

  func end(_ attempt: Int, _ ending: AttemptEnding) -> JobOutcome {
    let claimed = inWork.removeValue(forKey: attempt)!
    endings[claimed.specification.name, default: []].append(ending)
    suspects.remove(claimed.job)
    switch ending {
    case .released: queue.append(claimed)
    case .suspected:
      suspects.insert(claimed.job)
      queue.append(claimed)
    default: break
    }
    return JobOutcome(
      jobIdentifier: claimed.job, name: claimed.specification.name, state: .queued)
  }
}
