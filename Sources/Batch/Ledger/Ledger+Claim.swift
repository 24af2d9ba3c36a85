import GRDB
import MediaTypes

/// What came of looking for a job to do.
enum ClaimResult: Sendable {
  case claimed(ClaimedAttempt)
  /// A job turned out to need no work, or to be impossible; there may be others.
  case settled(JobOutcome)
  /// Nothing can start now.
  case nothing
}

extension Ledger {
  /// Takes the first job that is ready: by priority, then as the manifests have them.
  ///
  /// Its key is computed anew, since its inputs may have come or changed since it was queued; a job whose output is there
  /// already with this key is settled without work. Jobs that a crash made suspect come only when `suspectsOnly` is set, and
  /// no others then: a runner asks for them while it does nothing else. `batch` limits the choice to one batch, `mayWrite` to jobs of
  /// whose outputs it says so.
  func claim(
    worker: String, leaseSeconds: Double, executor: any JobExecutor, batch: Int? = nil,
    suspectsOnly: Bool = false, where mayWrite: (_ output: String) -> Bool = { _ in true }
  ) throws(LedgerError) -> ClaimResult {
    try queueDueJobs()
    let candidate = try database.read { database in
      try Candidate.first(database, batch: batch, suspectsOnly: suspectsOnly, where: mayWrite)
    }
    guard let candidate else { return .nothing }
    let digests = fileDigests()
    let key = Result { try executor.key(of: candidate.job, digests: digests) }
    try digests.save()
    let places = try look(at: candidate.job, key: try? key.get(), executor: executor)
    return try write { transaction in
      guard let row = try transaction.job(candidate.id), row.state == .queued else {
        return .settled(try transaction.outcome(of: candidate.id))
      }
      var isRight = false
      if case .success(let key) = key, let made = row.made, made.key == key {
        isRight = made.condition(at: row.output, verifies: false).isIntact
        if isRight && places.isComplete {
          return .settled(try transaction.settleUnchanged(row, key: key))
        }
      }
      let (attempt, number) = try transaction.begin(
        row, candidate.job, key: try? key.get(), worker: worker, leaseSeconds: leaseSeconds)
      func fail(_ failure: JobFailure) throws -> ClaimResult {
        let attempt = try transaction.attemptInWork(attempt)
        return .settled(try transaction.end(attempt, .failed(failure), rules: rules))
      }
      switch key {
      case .failure(let error): return try fail(JobFailure(error))
      case .success(let key):
        if let failure = places.foreign?.failure { return try fail(failure) }
        // One with this key, of which the ledger doesn't know, is what the job would make.
        let isFound = !row.ownsOutput && places.outputKey == key
        return .claimed(
          ClaimedAttempt(
            attempt: attempt, job: row.id, specification: candidate.job, key: key,
            replacesOutput: places.hasOutput && !isRight && !isFound,
            earlierSeconds: row.spentSeconds, number: number,
            startedAt: transaction.now.wallSeconds))
      }
    }
  }

  /// Moves jobs whose time has come into the queue.
  private func queueDueJobs() throws(LedgerError) {
    let now = clock.now()
    let isAny = try database.read { database in
      try LedgerTransaction(database: database, now: now).dueJobs(limit: 1).isEmpty == false
    }
    guard isAny else { return }
    try write { transaction in
      for job in try transaction.dueJobs(limit: 1000) {
        try transaction.execute(
          "UPDATE jobs SET due_boot = NULL, due_nanoseconds = NULL WHERE id = ?", [job.id])
        if job.unmetNeeds == 0 { try transaction.change(job, .due, to: .queued) }
      }
    }
  }
}

/// The job that is next in the queue.
private struct Candidate {
  var id: Int
  var job: JobSpecification

  static func first(
    _ database: Database, batch: Int?, suspectsOnly: Bool, where mayWrite: (String) -> Bool
  ) throws -> Candidate? {
    let ofBatch = batch == nil ? "" : "AND batch = :batch"
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, output FROM jobs
        WHERE state = 'queued' AND is_suspect = \(suspectsOnly ? 1 : 0) \(ofBatch)
        ORDER BY priority DESC, batch, position
        """)
    let arguments: StatementArguments = batch.map { ["batch": $0] } ?? StatementArguments()
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    while let row = try rows.next() {
      guard mayWrite(row[1]) else { continue }
      let id: Int = row[0]
      return Candidate(id: id, job: try database.specification(ofJob: id))
    }
    return nil
  }
}

extension LedgerTransaction {
  fileprivate func dueJobs(limit: Int) throws -> [JobRow] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT \(JobRow.columns) FROM jobs
        WHERE due_nanoseconds IS NOT NULL AND (due_boot <> ? OR due_nanoseconds <= ?)
        ORDER BY due_nanoseconds LIMIT ?
        """)
    return try Row.fetchAll(
      statement, arguments: [now.boot, now.monotonicNanoseconds, limit]
    ).map(JobRow.init)
  }

  fileprivate func settleUnchanged(_ row: JobRow, key: String) throws -> JobOutcome {
    try execute("UPDATE jobs SET key = ? WHERE id = ?", [key, row.id])
    try forgetFailures(job: row.id)
    try change(row, .unchanged, to: .succeeded)
    return JobOutcome(jobIdentifier: row.id, name: row.name, state: .succeeded)
  }

  /// Begins an attempt of a queued job and returns it with its number.
  ///
  /// Segments of another key are forgotten.
  fileprivate func begin(
    _ row: JobRow, _ job: JobSpecification, key: String?, worker: String, leaseSeconds: Double
  ) throws -> (attempt: Int, number: Int) {
    if row.key != key {
      try execute("DELETE FROM segments WHERE job = ?", [row.id])
      try execute("UPDATE jobs SET key = ? WHERE id = ?", [key, row.id])
    }
    let highest = try database.cachedStatement(
      sql: "SELECT max(number) FROM attempts WHERE job = ?")
    let number = (try Int.fetchOne(highest, arguments: [row.id]) ?? 0) + 1
    try execute(
      """
      INSERT INTO attempts (job, number, key, worker, boot, started_at, started_nanoseconds,
        lease_nanoseconds, heartbeat_at, heartbeat_nanoseconds, kind)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        row.id, number, key, worker, now.boot, now.wallSeconds, now.monotonicNanoseconds,
        now.monotonicNanoseconds(after: leaseSeconds), now.wallSeconds,
        now.monotonicNanoseconds, job.kindOfWork,
      ])
    let attempt = Int(database.lastInsertedRowID)
    try change(row, .claimed, to: .running, attempt: attempt)
    return (attempt, number)
  }
}
