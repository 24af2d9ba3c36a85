import Foundation
import GRDB
import Glibc

/// What pruning removed.
public struct PruneReport: Sendable, Hashable {
  public var batches = 0
  public var jobs: [JobName] = []
  public var attempts = 0
  public var events = 0
  public var fileDigests = 0

  /// A job that is no more, by what its log is called after.
  public struct JobName: Sendable, Hashable {
    var identifier: Int
    public var manifest: String
    public var name: String
    /// What a job without output may have left unfinished beside it; nil where another job writes there.
    public var unfinished: JobSpecification?
  }
}

extension Ledger {
  /// Records jobs as done whose outputs were found.
  ///
  /// An output is taken for the listed job that writes it, unless that runs, is done, or has another key. Returns the names of
  /// the jobs. Jobs without known key are taken at their outputs' word: the next plan computes the key and compares.
  public func adopt(_ outputs: [FoundOutput]) throws(LedgerError) -> [String] {
    try write { transaction in
      try outputs.compactMap { output in
        let statement = try transaction.database.cachedStatement(
          sql: """
            SELECT \(JobRow.columns) FROM jobs
            WHERE output = ? AND is_listed AND state NOT IN ('running', 'succeeded')
            ORDER BY id LIMIT 1
            """)
        guard
          let row = try Row.fetchOne(statement, arguments: [output.path]).map(JobRow.init),
          row.key == nil || row.key == output.key,
          let stamp = try? FileStamp.read(output.path).stamp, stamp.byteCount == output.byteCount
        else { return nil }
        let made = MadeOutput(
          key: output.key, sha256: output.sha256, byteCount: output.byteCount,
          modifiedNanoseconds: stamp.modifiedNanoseconds)
        try transaction.recordMade(made, job: row.id)
        try transaction.execute("UPDATE jobs SET key = ? WHERE id = ?", [output.key, row.id])
        try transaction.forgetFailures(job: row.id)
        try transaction.change(row, .adopted, to: .succeeded)
        return row.name
      }
    }
  }

  /// Removes what is of no more use: batches that nobody enqueued since `wallSeconds` and that were over before, jobs that their
  /// manifest dropped and that finished before, events and all but the last attempts of other such jobs, and digests of files
  /// that are gone or changed.
  ///
  /// Jobs that stay are known to be done as before. Outputs are never touched. With `isTrial` nothing is removed, and the report
  /// tells what would be.
  public func prune(
    finishedBefore wallSeconds: Double, isTrial: Bool = false
  ) throws(LedgerError) -> PruneReport {
    let stale = try staleFileDigests()
    let report = try write { transaction in
      var report = PruneReport()
      try transaction.database.inSavepoint {
        report = try transaction.prune(finishedBefore: wallSeconds, stale)
        return isTrial ? .rollback : .commit
      }
      return report
    }
    if !isTrial { try database.compact() }
    return report
  }

  /// Removes the logs of pruned jobs, and what `executor` finds of their unfinished work.
  public func removeFiles(of report: PruneReport, executor: any JobExecutor) {
    for job in report.jobs {
      unlink(files.log(ofJob: job.name, manifest: job.manifest))
      if let unfinished = job.unfinished { executor.discard(unfinished) }
    }
  }

  private func staleFileDigests() throws(LedgerError) -> [String] {
    try database.read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT path, byte_count, modified_nanoseconds FROM file_hashes")
      var stale: [String] = []
      while let row = try rows.next() {
        let path: String = row[0]
        let stamp = try? FileStamp.read(path).stamp
        if stamp?.byteCount != row[1] || stamp?.modifiedNanoseconds != row[2] {
          stale.append(path)
        }
      }
      return stale
    }
  }

  /// Moves a ledger that can't be used, and its journal, out of the way of a new one; returns where it lies now.
  ///
  /// Only for a person who asked for it, under the ledger's lock.
  public static func moveAside(
    _ lock: LedgerLock, clock: BatchClock = .system
  ) throws(LedgerError) -> String {
    let files = lock.files
    var target = "\(files.ledger).damaged-\(Int(clock.now().wallSeconds))"
    var number = 1
    while access(target, F_OK) == 0 {
      number += 1
      target = "\(files.ledger).damaged-\(Int(clock.now().wallSeconds))-\(number)"
    }
    // The journal first: left behind, it would be applied to the new ledger.
    for (path, target) in [(files.journal, "\(target)-journal"), (files.ledger, target)]
    where access(path, F_OK) == 0 && rename(path, target) != 0 {
      throw .inputOutput(path: path, reason: String(cString: strerror(errno)))
    }
    return target
  }
}

extension LedgerTransaction {
  fileprivate func prune(
    finishedBefore wallSeconds: Double, _ staleFileDigests: [String]
  ) throws -> PruneReport {
    var report = PruneReport()
    (report.batches, report.jobs) = try pruneBatches(unusedSince: wallSeconds)
    report.jobs += try pruneDropped(finishedBefore: wallSeconds)
    for position in report.jobs.indices {
      guard let output = report.jobs[position].unfinished?.output, try isWritten(output) else {
        continue
      }
      report.jobs[position].unfinished = nil
    }
    (report.attempts, report.events) = try thin(finishedBefore: wallSeconds)
    for path in staleFileDigests {
      try execute("DELETE FROM file_hashes WHERE path = ?", [path])
    }
    report.fileDigests = staleFileDigests.count
    return report
  }

  private func isWritten(_ output: String) throws -> Bool {
    let statement = try database.cachedStatement(sql: "SELECT 1 FROM jobs WHERE output = ?")
    return try Int.fetchOne(statement, arguments: [output]) != nil
  }

  private func jobNames(_ rows: [Row]) throws -> [PruneReport.JobName] {
    try rows.map { row in
      let isDone = try JobRow.state(row[2]) == .succeeded
      return PruneReport.JobName(
        identifier: row[0], manifest: row[3], name: row[1],
        unfinished: isDone ? nil : try database.specification(ofJob: row[0]))
    }
  }

  private static let isOver = "state IN ('succeeded', 'failed', 'cancelled', 'quarantined')"

  /// Batches that nobody enqueued since, and in which nothing happened since; with their jobs.
  fileprivate func pruneBatches(
    unusedSince wallSeconds: Double
  ) throws -> (batches: Int, jobs: [PruneReport.JobName]) {
    let sql = """
      SELECT id FROM batches WHERE enqueued_at < ?1 AND NOT EXISTS (
        SELECT 1 FROM jobs WHERE batch = batches.id AND NOT (\(Self.isOver) AND changed_at < ?1))
      """
    let batches = try Int.fetchAll(database, sql: sql, arguments: [wallSeconds])
    var jobs: [PruneReport.JobName] = []
    for batch in batches {
      let sql = """
        SELECT jobs.id, name, state, manifest FROM jobs JOIN batches ON batches.id = jobs.batch
        WHERE batch = ? ORDER BY jobs.id
        """
      jobs += try jobNames(Row.fetchAll(database, sql: sql, arguments: [batch]))
      try execute("DELETE FROM batches WHERE id = ?", [batch])
    }
    return (batches.count, jobs)
  }

  /// Jobs that their manifest dropped, unless others still name them as a need.
  fileprivate func pruneDropped(
    finishedBefore wallSeconds: Double
  ) throws -> [PruneReport.JobName] {
    let sql = """
      SELECT jobs.id, name, state, manifest FROM jobs JOIN batches ON batches.id = jobs.batch
      WHERE NOT is_listed AND \(Self.isOver) AND changed_at < ?
        AND NOT EXISTS (SELECT 1 FROM needs WHERE need = jobs.id)
      ORDER BY jobs.id
      """
    var all: [PruneReport.JobName] = []
    while true {
      let jobs = try jobNames(Row.fetchAll(database, sql: sql, arguments: [wallSeconds]))
      if jobs.isEmpty { return all }
      for job in jobs { try execute("DELETE FROM jobs WHERE id = ?", [job.identifier]) }
      all += jobs
    }
  }

  /// Removes the events and all but the last attempts of jobs that stay, but are over for so long.
  fileprivate func thin(finishedBefore wallSeconds: Double) throws -> (attempts: Int, events: Int) {
    let old = "job IN (SELECT id FROM jobs WHERE \(Self.isOver) AND changed_at < ?)"
    try execute(
      """
      DELETE FROM attempts WHERE \(old) AND number < (
        SELECT max(number) FROM attempts AS last WHERE last.job = attempts.job)
      """, [wallSeconds])
    let attempts = database.changesCount
    try execute("DELETE FROM events WHERE \(old)", [wallSeconds])
    return (attempts, database.changesCount)
  }
}
