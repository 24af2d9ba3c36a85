import Foundation
import GRDB

/// What readers ask a ledger.
extension Database {
  func counts(ofBatch batch: Int?) throws -> [JobState: Int] {
    // Two statements, so that each goes along an index.
    let sql =
      batch == nil
      ? "SELECT state, count(*) FROM jobs INDEXED BY jobs_by_state GROUP BY state"
      : "SELECT state, count(*) FROM jobs WHERE batch = ? GROUP BY state"
    var counts: [JobState: Int] = [:]
    for row in try Row.fetchAll(
      self, sql: sql, arguments: batch.map { [$0] } ?? StatementArguments())
    {
      counts[try JobRow.state(row[0])] = row[1]
    }
    return counts
  }

  func runningJobs(ofBatch batch: Int?, at now: Moment) throws -> [RunningJob] {
    let sql = """
      SELECT attempts.id, attempts.number, jobs.id, jobs.name, worker, boot, started_nanoseconds,
        heartbeat_nanoseconds, stage, stage_nanoseconds, steps_done, steps_total,
        (SELECT count(*) FROM segments WHERE segments.job = jobs.id), segment_count,
        is_cancel_requested
      FROM attempts JOIN jobs ON jobs.id = attempts.job
      WHERE ended_at IS NULL AND (?1 IS NULL OR batch = ?1) ORDER BY attempts.id
      """
    return try Row.fetchAll(self, sql: sql, arguments: [batch]).map { row in
      let (started, heartbeat): (Int, Int) = (row[6], row[7])
      let end = row[5] == now.boot ? now.monotonicNanoseconds : heartbeat
      let (stageBegan, stepsDone): (Int?, Int) = (row[9], row[10])
      let stageSeconds = stageBegan.map { Double(heartbeat - $0) / 1e9 } ?? 0
      return RunningJob(
        attempt: row[0], attemptNumber: row[1], jobIdentifier: row[2], name: row[3],
        worker: row[4], runningSeconds: Double(end - started) / 1e9,
        silentSeconds: Double(end - heartbeat) / 1e9, stage: row[8], stepsDone: stepsDone,
        stepsTotal: row[11],
        stepsPerSecond: stageSeconds > 0 ? Double(stepsDone) / stageSeconds : nil,
        segmentsFinished: row[12], segmentCount: row[13], isCancelRequested: row[14])
    }
  }

  func recentFailures(ofBatch batch: Int?, limit: Int) throws -> [JobSummary] {
    try summaries(
      "state IN ('failed', 'quarantined') AND (:batch IS NULL OR batch = :batch)",
      order: "changed_at DESC LIMIT :limit", ["batch": batch, "limit": limit])
  }

  /// Seconds until the first retry is due; a retry planned before the machine was started anew is due now.
  func nextDueSeconds(ofBatch batch: Int?, at now: Moment) throws -> Double? {
    let statement = try cachedStatement(
      sql: """
        SELECT min(CASE WHEN due_boot = ?1 THEN due_nanoseconds ELSE 0 END) FROM jobs
        WHERE due_nanoseconds IS NOT NULL AND (?2 IS NULL OR batch = ?2)
        """)
    return try Int.fetchOne(statement, arguments: [now.boot, batch]).map {
      max(0, Double($0 - now.monotonicNanoseconds) / 1e9)
    }
  }

  /// Mean time from start to output of the latest jobs that were done, nil where none was.
  ///
  /// An attempt that went on from an earlier one's segments counts for its share of the job.
  func secondsPerJob(ofBatch batch: Int?) throws -> Double? {
    let sql = """
      SELECT sum(seconds) / sum(CASE WHEN segment_count > 0 THEN min(1.0 * new_segments / segment_count, 1) ELSE 1 END)
      FROM (SELECT job, seconds, new_segments, segment_count FROM attempts
        WHERE outcome = 'succeeded' ORDER BY id DESC LIMIT 1000) AS done
      JOIN jobs ON jobs.id = done.job WHERE ?1 IS NULL OR batch = ?1
      """
    return try Double.fetchOne(self, sql: sql, arguments: [batch])
  }

  func summaries(
    _ condition: String, order: String, _ arguments: StatementArguments
  ) throws -> [JobSummary] {
    let sql = """
      SELECT jobs.id, manifest, name, state, priority, output, is_listed, changed_at,
        failure_class, failure_message,
        (SELECT count(*) FROM attempts WHERE attempts.job = jobs.id),
        specification ->> '$.labels'
      FROM jobs JOIN batches ON batches.id = jobs.batch WHERE \(condition) ORDER BY \(order)
      """
    return try Row.fetchAll(self, sql: sql, arguments: arguments).map { row in
      JobSummary(
        identifier: row[0], manifest: row[1], name: row[2], state: try JobRow.state(row[3]),
        priority: row[4], output: row[5], isListed: row[6], changedAt: row[7],
        failureClass: (row[8] as String?).flatMap(FailureClass.init), failureMessage: row[9],
        attemptCount: row[10], labels: try Self.labels(row[11]))
    }
  }

  private static func labels(_ text: String?) throws -> [String: String] {
    guard let text, text != "{}" else { return [:] }
    do {
      return try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    } catch {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "labels \(text)")
    }
  }

  func history(of summary: JobSummary) throws -> JobHistory {
    let job = summary.identifier
    let row = try Row.fetchOne(
      self, sql: "SELECT key, made_sha256 FROM jobs WHERE id = ?", arguments: [job])
    let segments = try Row.fetchAll(
      self,
      sql: """
        SELECT number, attempt, sha256, byte_count, finished_at FROM segments
        WHERE job = ? ORDER BY number
        """, arguments: [job]
    ).map { row in
      SegmentSummary(
        index: row[0], attempt: row[1], sha256: row[2], byteCount: row[3], finishedAt: row[4])
    }
    return JobHistory(
      summary: summary, specification: try specification(ofJob: job), key: row?[0],
      outputSHA256: row?[1], attempts: try attempts(ofJob: job),
      events: try events("job = ?", limit: .max, [job]), segments: segments)
  }

  private func attempts(ofJob job: Int) throws -> [AttemptSummary] {
    let sql = """
      SELECT id, number, worker, started_at, ended_at, seconds, outcome, failure_class, message,
        new_segments, frame_count, byte_count, warnings
      FROM attempts WHERE job = ? ORDER BY number
      """
    return try Row.fetchAll(self, sql: sql, arguments: [job]).map { row in
      AttemptSummary(
        identifier: row[0], number: row[1], worker: row[2], startedAt: row[3], endedAt: row[4],
        seconds: row[5], outcome: (row[6] as String?).flatMap(JobChange.init),
        failureClass: (row[7] as String?).flatMap(FailureClass.init), message: row[8],
        newSegments: row[9], frameCount: row[10], byteCount: row[11],
        warnings: (row[12] as String?)?.split(separator: "\n").map(String.init) ?? [])
    }
  }

  func events(
    _ condition: String, limit: Int, _ arguments: StatementArguments
  ) throws -> [JobEvent] {
    let sql = """
      SELECT events.id, job, name, attempt, at, change, from_state, to_state, detail
      FROM events JOIN jobs ON jobs.id = events.job WHERE \(condition) ORDER BY events.id LIMIT ?
      """
    return try Row.fetchAll(self, sql: sql, arguments: arguments + [limit]).map { row in
      guard let change = JobChange(rawValue: row[5]) else {
        throw DatabaseError(
          resultCode: .SQLITE_CORRUPT, message: "unknown change \(row[5] as String)")
      }
      return JobEvent(
        identifier: row[0], jobIdentifier: row[1], name: row[2], attempt: row[3], at: row[4],
        change: change, from: try (row[6] as String?).map(JobRow.state),
        to: try JobRow.state(row[7]), detail: row[8])
    }
  }
}
