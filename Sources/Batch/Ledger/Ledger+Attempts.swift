import GRDB

/// What a segment means to the job.
enum SegmentNews: Sendable, Hashable {
  case new
  /// It was finished before, and was made again with the same bytes.
  case again
  /// It was made again with other bytes: something that decides the bytes is missing from the job's key.
  case differs
}

extension Ledger {
  /// Gives signs of life of attempts: extends their leases and keeps their progress.
  ///
  /// Attempts that aren't in work any more are passed over.
  func heartbeat(
    _ attempts: [Int: StageProgress], leaseSeconds: Double
  ) throws(LedgerError) {
    guard !attempts.isEmpty else { return }
    try write { transaction in
      for (attempt, progress) in attempts {
        try transaction.beat(attempt, progress, leaseSeconds: leaseSeconds)
      }
    }
  }

  /// Records that a segment is on disk, synced.
  ///
  /// Throws `LedgerError.attemptEnded` when the attempt isn't in work any more.
  @discardableResult
  func record(
    _ segment: FinishedSegment, attempt: Int
  ) throws(LedgerError) -> SegmentNews {
    try write { transaction in
      try transaction.record(segment, try transaction.attemptInWork(attempt))
    }
  }
}

extension LedgerTransaction {
  fileprivate func beat(
    _ attempt: Int, _ progress: StageProgress, leaseSeconds: Double
  ) throws {
    try execute(
      """
      UPDATE attempts SET lease_nanoseconds = ?, heartbeat_at = ?, heartbeat_nanoseconds = ?,
        stage_nanoseconds = CASE WHEN stage IS ? THEN stage_nanoseconds ELSE ? END,
        stage = ?, steps_done = ?, steps_total = ? WHERE id = ? AND ended_at IS NULL
      """,
      [
        now.monotonicNanoseconds(after: leaseSeconds), now.wallSeconds, now.monotonicNanoseconds,
        progress.stage, now.monotonicNanoseconds, progress.stage, progress.done,
        progress.total, attempt,
      ])
  }

  fileprivate func record(
    _ segment: FinishedSegment, _ attempt: AttemptRow
  ) throws -> SegmentNews {
    let statement = try database.cachedStatement(
      sql: "SELECT sha256 FROM segments WHERE job = ? AND number = ?")
    let known = try String.fetchOne(statement, arguments: [attempt.job, segment.index])
    try execute(
      """
      INSERT OR REPLACE INTO segments (job, number, attempt, sha256, byte_count, finished_at)
      VALUES (?, ?, ?, ?, ?, ?)
      """,
      [
        attempt.job, segment.index, attempt.id, segment.sha256, segment.byteCount,
        now.wallSeconds,
      ])
    try execute(
      "UPDATE attempts SET segment_count = ?, new_segments = new_segments + ? WHERE id = ?",
      [segment.count, known == nil, attempt.id])
    try execute("UPDATE jobs SET owns_output = 1 WHERE id = ?", [attempt.job])
    return known.map { $0 == segment.sha256 ? .again : .differs } ?? .new
  }
}
