import GRDB

/// Looks into a ledger, also while a runner writes to it; changes nothing and needs no lock.
public final class LedgerReader: Sendable {
  let database: LedgerDatabase
  let clock: BatchClock

  init(database: LedgerDatabase, clock: BatchClock) {
    self.database = database
    self.clock = clock
  }

  /// Opens an existing ledger.
  ///
  /// Throws `LedgerError`.
  public convenience init(_ files: LedgerFiles, clock: BatchClock = .system) throws(LedgerError) {
    self.init(database: try LedgerDatabase(path: files.ledger, purpose: .read), clock: clock)
  }

  /// How things stand, in the batch of `manifest` or in all.
  ///
  /// Throws `LedgerError.noSuchBatch`.
  public func status(
    manifest: String? = nil, failureLimit: Int = 10
  ) throws(LedgerError) -> LedgerStatus {
    let now = clock.now()
    return try database.read { database in
      let batch = try manifest.map { try database.batch(ofManifest: $0) }
      return LedgerStatus(
        counts: try database.counts(ofBatch: batch),
        running: try database.runningJobs(ofBatch: batch, at: now),
        recentFailures: try database.recentFailures(ofBatch: batch, limit: failureLimit),
        nextDueSeconds: try database.nextDueSeconds(ofBatch: batch, at: now),
        secondsPerJob: try database.secondsPerJob(ofBatch: batch))
    }
  }

  /// Attempts in work whose jobs someone has cancelled.
  func cancelledAttempts() throws(LedgerError) -> Set<Int> {
    try database.read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT attempts.id FROM attempts JOIN jobs ON jobs.id = attempts.job
          WHERE ended_at IS NULL AND is_cancel_requested
          """)
      return Set(try Int.fetchAll(statement))
    }
  }

  /// Seconds until the first retry is due; nil when none is planned.
  func nextDueSeconds(ofBatch batch: Int?) throws(LedgerError) -> Double? {
    let now = clock.now()
    return try database.read { try $0.nextDueSeconds(ofBatch: batch, at: now) }
  }

  /// The manifests that were enqueued, the latest first.
  public func batches() throws(LedgerError) -> [BatchSummary] {
    try database.read { database in
      let sql = """
        SELECT id, manifest, digest, added_at, enqueued_at FROM batches ORDER BY enqueued_at DESC
        """
      return try Row.fetchAll(database, sql: sql).map { row in
        BatchSummary(
          identifier: row[0], manifest: row[1], digest: row[2], addedAt: row[3],
          enqueuedAt: row[4], counts: try database.counts(ofBatch: row[0]))
      }
    }
  }

  /// Jobs in the order of their manifests, with all of `labels`.
  ///
  /// Throws `LedgerError.noSuchBatch`.
  public func jobs(
    manifest: String? = nil, states: Set<JobState> = Set(JobState.allCases),
    labels: [String: String] = [:], limit: Int = .max, offset: Int = 0
  ) throws(LedgerError) -> [JobSummary] {
    try database.read { database in
      let batch = try manifest.map { try database.batch(ofManifest: $0) }
      let list = states.map { "'\($0.rawValue)'" }.joined(separator: ", ")
      var condition = "state IN (\(list)) AND (:batch IS NULL OR batch = :batch)"
      var arguments: StatementArguments = ["batch": batch, "limit": limit, "offset": offset]
      for (number, label) in labels.sorted(by: { $0.key < $1.key }).enumerated() {
        condition += """
           AND EXISTS (SELECT 1 FROM json_each(specification, '$.labels')
            WHERE key = :key\(number) AND value = :value\(number))
          """
        arguments += ["key\(number)": label.key, "value\(number)": label.value]
      }
      return try database.summaries(
        condition, order: "batch, position LIMIT :limit OFFSET :offset", arguments)
    }
  }

  /// The jobs of these names: each in every batch that has it.
  ///
  /// Throws `LedgerError.noSuchJob` for a name that no job has.
  public func jobs(
    named names: [String], manifest: String? = nil
  ) throws(LedgerError) -> [JobSummary] {
    try database.read { database in
      let batch = try manifest.map { try database.batch(ofManifest: $0) }
      return try names.flatMap { name in
        let jobs = try database.summaries(
          "batch IN (SELECT id FROM batches WHERE :batch IS NULL OR id = :batch) AND name = :name",
          order: "batch", ["batch": batch, "name": name])
        guard !jobs.isEmpty else { throw LedgerError.noSuchJob(name) }
        return jobs
      }
    }
  }

  /// All that is known of the jobs of this name: one a batch that has it.
  ///
  /// Throws `LedgerError.noSuchJob`.
  public func histories(
    ofJob name: String, manifest: String? = nil
  ) throws(LedgerError) -> [JobHistory] {
    let jobs = try jobs(named: [name], manifest: manifest)
    return try database.read { database in try jobs.map { try database.history(of: $0) } }
  }

  /// Changes of state after the event `identifier`, in order, at most `limit`: for those who follow along.
  public func events(after identifier: Int, limit: Int = 1000) throws(LedgerError) -> [JobEvent] {
    try database.read { database in
      try database.events("events.id > ?", limit: limit, [identifier])
    }
  }

  /// Jobs that failed for one that they need, after the event `identifier`, in order.
  func needFailures(after identifier: Int) throws(LedgerError) -> [JobEvent] {
    try database.read { database in
      try database.events(
        "events.id > ? AND change = ?", limit: .max, [identifier, JobChange.needFailed.rawValue])
    }
  }

  /// The identifier of the latest event, 0 before the first.
  public func latestEvent() throws(LedgerError) -> Int {
    try database.read { try Int.fetchOne($0, sql: "SELECT max(id) FROM events") ?? 0 }
  }

  /// How fast this machine was, from the latest finished attempts.
  public func rates() throws(LedgerError) -> RateTable {
    try database.read { try RateTable($0) }
  }
}
