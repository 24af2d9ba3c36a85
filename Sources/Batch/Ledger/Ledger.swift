import GRDB
import Synchronization

/// What a runner writes about its jobs: the queue, the attempts, and how they ended.
///
/// One process at a time has one, by the ledger's lock. Each method is one transaction, on disk when it returns, and every
/// change of a job's state is an event in the same transaction. Throws `LedgerError`.
public final class Ledger: Sendable {
  let database: LedgerDatabase
  let clock: BatchClock
  private let lock: LedgerLock
  private let limits: QuarantineLimits
  private let backoff: Mutex<Backoff>
  /// Looks into the same ledger.
  public let reader: LedgerReader
  /// What people may ask for while jobs run.
  public let control: LedgerControl

  /// Opens the ledger that `lock` is for, and creates or converts it if need be.
  ///
  /// A file that is damaged, of a newer format or another program's is refused and left as it is.
  public init(
    lock: LedgerLock, clock: BatchClock = .system, limits: QuarantineLimits = QuarantineLimits(),
    generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
  ) throws(LedgerError) {
    self.lock = lock
    self.clock = clock
    self.limits = limits
    backoff = Mutex(Backoff(generator: generator))
    database = try LedgerDatabase(path: lock.files.ledger, purpose: .own)
    reader = LedgerReader(database: database, clock: clock)
    control = LedgerControl(database: database, clock: clock)
  }

  public var files: LedgerFiles { lock.files }

  func write<Value>(
    _ body: (LedgerTransaction) throws -> Value
  ) throws(LedgerError) -> Value {
    try database.write(at: clock.now(), body)
  }

  /// Ends an attempt and says what became of its job.
  ///
  /// After `.succeeded` the output must lie at its place with the size that the result says; otherwise, or with an `objection`,
  /// the attempt failed. `size` is what the job was measured as, for estimates. Throws `LedgerError.attemptEnded` when the
  /// attempt isn't in work any more.
  @discardableResult
  func end(
    _ attempt: Int, _ ending: AttemptEnding, size: JobSize? = nil, objection: JobFailure? = nil
  ) throws(LedgerError) -> JobOutcome {
    try write { transaction in
      try transaction.end(
        transaction.attemptInWork(attempt), ending, size: size, objection: objection,
        rules: rules)
    }
  }

  /// Puts jobs back whose attempts have lost their runner.
  ///
  /// With `expiredOnly` those whose lease has run out; else all: what a runner does when it starts, since its lock proves that
  /// no other one lives. A job whose output `executor` finds finished is done: its runner vanished before it could say so.
  func recover(
    expiredOnly: Bool, executor: (any JobExecutor)? = nil
  ) throws(LedgerError) -> [JobOutcome] {
    let now = clock.now()
    let lost = try database.read { database in
      let transaction = LedgerTransaction(database: database, now: now)
      return try transaction.attemptsInWork(expiredOnly: expiredOnly).map {
        (attempt: $0, job: try database.specification(ofJob: $0.job))
      }
    }
    guard !lost.isEmpty else { return [] }
    let finished = lost.map {
      executor?.takeResult(of: $0.job, key: $0.attempt.key, since: $0.attempt.startedAt)
    }
    return try write { transaction in
      try zip(lost, finished).map { lost, result in
        let attempt = try transaction.attemptInWork(lost.attempt.id)
        guard let result else { return try transaction.abandon(attempt, limits: limits) }
        return try transaction.end(attempt, .succeeded(result), rules: rules)
      }
    }
  }

  var rules: LedgerTransaction.Rules {
    LedgerTransaction.Rules(limits: limits) { failures, policy in
      self.backoff.withLock { $0.seconds(failures: failures, policy: policy) }
    }
  }
}

extension LedgerDatabase {
  func write<Value>(
    at now: Moment, _ body: (LedgerTransaction) throws -> Value
  ) throws(LedgerError) -> Value {
    try write { try body(LedgerTransaction(database: $0, now: now)) }
  }
}
