/// A ledger as a runner sees it: with what computes the jobs' keys, for one batch or all.
final class RunningLedger: RunnerLedger {
  private let ledger: Ledger
  private let executor: any JobExecutor
  private let worker: String
  private let batch: Int?
  private let settled: (JobOutcome) -> Void
  private var inWork: [Int: ClaimedAttempt] = [:]

  /// Far longer than a runner takes between signs of life.
  private static let leaseSeconds = 120.0

  /// Takes over from an earlier runner that vanished: `settled` hears of the jobs that it left in work, as of those that need no
  /// work or can't begin later on.
  ///
  /// Throws `LedgerError`.
  init(
    _ ledger: Ledger, executor: any JobExecutor, worker: String, batch: Int? = nil,
    settled: @escaping (JobOutcome) -> Void = { _ in }
  ) throws(LedgerError) {
    self.ledger = ledger
    self.executor = executor
    self.worker = worker
    self.batch = batch
    self.settled = settled
    for outcome in try ledger.recover(expiredOnly: false, executor: executor) { settled(outcome) }
  }

  func claim(where mayWrite: (String) -> Bool) throws -> ClaimedAttempt? {
    try next(suspectsOnly: false, mayWrite)
  }

  func claimSuspect(where mayWrite: (String) -> Bool) throws -> ClaimedAttempt? {
    try next(suspectsOnly: true, mayWrite)
  }

  private func next(
    suspectsOnly: Bool, _ mayWrite: (String) -> Bool
  ) throws -> ClaimedAttempt? {
    while true {
      let result = try ledger.claim(
        worker: worker, leaseSeconds: Self.leaseSeconds, executor: executor, batch: batch,
        suspectsOnly: suspectsOnly, where: mayWrite)
      switch result {
      case .settled(let outcome): settled(outcome)
      case .nothing: return nil
      case .claimed(let claimed):
        inWork[claimed.attempt] = claimed
        return claimed
      }
    }
  }

  func secondsUntilNextStart() throws -> Double? {
    try ledger.reader.nextDueSeconds(ofBatch: batch)
  }

  func extendLeases(_ attempts: [Int: StageProgress]) throws {
    try ledger.heartbeat(attempts, leaseSeconds: Self.leaseSeconds)
  }

  func cancelledAttempts() throws -> Set<Int> { try ledger.reader.cancelledAttempts() }

  func record(segment: FinishedSegment, of attempt: Int) throws {
    try ledger.record(segment, attempt: attempt)
  }

  /// Ends an attempt; one whose inputs changed while it ran has failed, whatever it made, and one whose process died after its
  /// output was in place has not.
  func end(_ attempt: Int, _ ending: AttemptEnding) throws -> JobOutcome {
    let claimed = inWork.removeValue(forKey: attempt)
    let ending = ending.maySucceed ? claimed.flatMap(finished) ?? ending : ending
    guard case .succeeded = ending, let claimed else { return try ledger.end(attempt, ending) }
    return try ledger.end(
      attempt, ending, size: try? executor.measure(claimed.specification),
      objection: ledger.inputChange(since: claimed, executor: executor))
  }

  private func finished(_ claimed: ClaimedAttempt) -> AttemptEnding? {
    executor.takeResult(of: claimed.specification, key: claimed.key, since: claimed.startedAt)
      .map { .succeeded($0) }
  }
}

extension AttemptEnding {
  /// Whether the output may be in place all the same: the attempt's process died before it could say so.
  fileprivate var maySucceed: Bool {
    switch self {
    case .crashed, .suspected, .released, .timedOut: true
    case .succeeded, .failed, .cancelled: false
    }
  }
}
