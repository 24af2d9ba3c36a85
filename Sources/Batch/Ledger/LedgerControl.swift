import GRDB

/// Which jobs a person means.
public struct JobSelection: Sendable, Hashable {
  /// The manifest whose jobs are meant; nil for all.
  public var manifest: String?
  /// Names; nil for all.
  public var names: [String]?
  /// States; jobs in others are left as they are.
  public var states: Set<JobState>

  public init(
    manifest: String? = nil, names: [String]? = nil, states: Set<JobState> = Set(JobState.allCases)
  ) {
    self.manifest = manifest
    self.names = names
    self.states = states
  }
}

/// What a person may ask for while a runner works: short transactions that need no lock of the ledger's owner.
public final class LedgerControl: Sendable {
  private let database: LedgerDatabase
  private let clock: BatchClock

  init(database: LedgerDatabase, clock: BatchClock) {
    self.database = database
    self.clock = clock
  }

  /// Opens an existing ledger.
  ///
  /// Throws `LedgerError`.
  public convenience init(_ files: LedgerFiles, clock: BatchClock = .system) throws(LedgerError) {
    self.init(
      database: try LedgerDatabase(path: files.ledger, purpose: .visit), clock: clock)
  }

  /// Cancels jobs: those that wait at once, those in work as soon as their runner hears of it.
  ///
  /// Jobs that have finished stay as they are. Returns what became of the others. Throws `LedgerError.noSuchJob` for a name
  /// that no job has.
  @discardableResult
  public func cancel(_ selection: JobSelection) throws(LedgerError) -> [JobOutcome] {
    try database.write(at: clock.now()) { transaction in
      let ids = try transaction.jobs(selection, in: [.waiting, .queued, .running])
      // A job whose need is cancelled first would fail.
      for id in try transaction.dependentsFirst(ids) { try transaction.cancel(id) }
      return try ids.map { try transaction.outcome(of: $0) }
    }
  }

  /// Queues failed, cancelled and quarantined jobs again, with the jobs that they need where these failed too.
  ///
  /// Other jobs stay as they are. Returns what became of the jobs. Throws `LedgerError.noSuchJob` for a name that no job has.
  @discardableResult
  public func retry(_ selection: JobSelection) throws(LedgerError) -> [JobOutcome] {
    try database.write(at: clock.now()) { transaction in
      var ids = try transaction.jobs(selection, in: [.failed, .cancelled, .quarantined])
      var position = 0
      var known = Set(ids)
      while position < ids.count {
        for need in try transaction.deadNeeds(of: ids[position])
        where known.insert(need).inserted {
          ids.append(need)
        }
        position += 1
      }
      for id in ids.reversed() {
        guard let row = try transaction.job(id), row.state.isDead else { continue }
        try transaction.forgetFailures(job: id)
        try transaction.makeReady(row, .retried)
      }
      return try ids.map { try transaction.outcome(of: $0) }
    }
  }
}

extension LedgerTransaction {
  /// The jobs of a selection that are in one of `states`, in order.
  ///
  /// Throws for a name that no job has.
  fileprivate func jobs(_ selection: JobSelection, in states: Set<JobState>) throws -> [Int] {
    let batch = try selection.manifest.map { try database.batch(ofManifest: $0) }
    let list = states.intersection(selection.states).map { "'\($0.rawValue)'" }.joined(
      separator: ", ")
    guard let names = selection.names else {
      let sql = """
        SELECT id FROM jobs WHERE state IN (\(list)) AND (?1 IS NULL OR batch = ?1)
        ORDER BY batch, position
        """
      return try Int.fetchAll(database, sql: sql, arguments: [batch])
    }
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, state IN (\(list)) FROM jobs
        WHERE batch IN (SELECT id FROM batches WHERE ?2 IS NULL OR id = ?2) AND name = ?1
        """)
    return try names.flatMap { name in
      let rows = try Row.fetchAll(statement, arguments: [name, batch])
      guard !rows.isEmpty else { throw LedgerError.noSuchJob(name) }
      return rows.filter { $0[1] }.map { $0[0] as Int }
    }
  }

  fileprivate func cancel(_ id: Int) throws {
    guard let row = try job(id), !row.state.isFinished else { return }
    if row.state != .running {
      try forgetFailures(job: id)
      try change(row, .cancelled, to: .cancelled)
    } else if !row.isCancelRequested {
      try execute("UPDATE jobs SET is_cancel_requested = 1 WHERE id = ?", [id])
      try change(row, .cancelRequested, to: .running)
    }
  }

  /// The same jobs, each after those that need it.
  fileprivate func dependentsFirst(_ ids: [Int]) throws -> [Int] {
    let statement = try database.cachedStatement(sql: "SELECT job FROM needs WHERE need = ?")
    let selected = Set(ids)
    var (order, seen): ([Int], Set<Int>) = ([], [])
    var path = ids.reversed().map { (id: $0, isOver: false) }
    while let (id, isOver) = path.popLast() {
      if isOver {
        if selected.contains(id) { order.append(id) }
      } else if seen.insert(id).inserted {
        path.append((id, true))
        path += try Int.fetchAll(statement, arguments: [id]).map { ($0, false) }
      }
    }
    return order
  }

  fileprivate func deadNeeds(of job: Int) throws -> [Int] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id FROM needs JOIN jobs ON jobs.id = needs.need
        WHERE needs.job = ? AND state IN ('failed', 'cancelled', 'quarantined')
        """)
    return try Int.fetchAll(statement, arguments: [job])
  }

  func outcome(of id: Int) throws -> JobOutcome {
    guard let row = try job(id) else { throw LedgerError.noSuchJob("\(id)") }
    return JobOutcome(
      jobIdentifier: id, name: row.name, state: row.state, message: row.failureMessage)
  }
}

extension Database {
  /// The batch of a manifest.
  ///
  /// Throws `LedgerError.noSuchBatch`.
  func batch(ofManifest path: String) throws -> Int {
    guard let batch = try batchIfKnown(ofManifest: path) else {
      throw LedgerError.noSuchBatch(manifest: path)
    }
    return batch
  }
}
