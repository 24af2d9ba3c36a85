import Foundation
import GRDB

/// How attempts end, and what that means for their jobs.
extension LedgerTransaction {
  /// What decides about another attempt.
  struct Rules {
    var limits: QuarantineLimits
    /// Seconds before the next attempt after so many failures.
    var backoff: (Int, RetryPolicy) -> Double
  }

  /// A success with what the runner found besides.
  struct Success {
    var result: JobResult
    var size: JobSize?
    /// Why the output can't be trusted although it was made.
    var objection: JobFailure?
  }

  /// Why an attempt failed.
  fileprivate struct Setback {
    var failureClass: FailureClass
    var message: String
  }

  /// Ends an attempt as the runner reports.
  func end(
    _ attempt: AttemptRow, _ ending: AttemptEnding, size: JobSize? = nil,
    objection: JobFailure? = nil, rules: Rules
  ) throws -> JobOutcome {
    switch ending {
    case .succeeded(let result):
      let success = Success(result: result, size: size, objection: objection)
      return try succeed(attempt, success, rules)
    case .failed(let failure):
      return try fail(attempt, Setback(failure), rules)
    case .timedOut(let failure, let isFinal):
      let setback = Setback(failureClass: .timeout, message: failure.message)
      return try fail(attempt, setback, rules, isFinal: isFinal)
    case .crashed(let failure):
      // Whatever it does next time, it won't do it to others.
      try execute("UPDATE jobs SET is_suspect = 1 WHERE id = ?", [attempt.job])
      return try fail(attempt, Setback(failureClass: .crash, message: failure.message), rules)
    case .suspected(let failure):
      let job = try close(attempt, .suspected, message: failure.message)
      try execute("UPDATE jobs SET is_suspect = 1 WHERE id = ?", [job.id])
      return try goOn(job, .suspected, attempt: attempt.id, message: failure.message)
    case .released(let reason):
      let job = try close(attempt, .released, message: reason)
      return try goOn(job, .released, attempt: attempt.id, message: reason)
    case .cancelled:
      return try cancel(try close(attempt, .cancelled), attempt: attempt.id)
    }
  }

  /// Ends an attempt whose runner vanished.
  func abandon(_ attempt: AttemptRow, limits: QuarantineLimits) throws -> JobOutcome {
    let message = "its runner vanished"
    var job = try close(attempt, .abandoned, message: message)
    job.abandoned = attempt.newSegments > 0 ? 0 : job.abandoned + 1
    // A job that was there each time the runner vanished may be why.
    try execute(
      "UPDATE jobs SET abandoned = ?, is_suspect = max(is_suspect, ?) WHERE id = ?",
      [job.abandoned, job.abandoned >= limits.barrenAttempts, job.id])
    if job.abandoned >= limits.abandonedAttempts && !job.isCancelRequested {
      return try setAside(
        job, attempt: attempt.id,
        message: "\(message) in \(job.abandoned) attempts in a row, and no segment was finished")
    }
    return try goOn(job, .abandoned, attempt: attempt.id, message: message)
  }

  private func succeed(
    _ attempt: AttemptRow, _ success: Success, _ rules: Rules
  ) throws -> JobOutcome {
    guard let job = try job(attempt.job), let key = attempt.key else {
      throw LedgerError.attemptEnded(attempt: attempt.id)
    }
    try execute("UPDATE jobs SET owns_output = 1 WHERE id = ?", [job.id])
    let result = success.result
    let stamp = try? FileStamp.read(job.output).stamp
    guard success.objection == nil, let stamp, stamp.byteCount == result.byteCount else {
      let found = stamp.map { "has \($0.byteCount) bytes" } ?? "isn't there"
      let setback =
        success.objection.map { Setback($0) }
        ?? Setback(
          failureClass: .inputOutput,
          message: "\(job.output): was made with \(result.byteCount) bytes and \(found): "
            + "see what else writes there")
      return try fail(attempt, setback, rules)
    }
    let warnings = result.warnings.isEmpty ? nil : result.warnings.joined(separator: "\n")
    try execute(
      """
      UPDATE attempts SET pixels_per_frame = ?, frame_count = ?, byte_count = ?, warnings = ?
      WHERE id = ?
      """,
      [success.size?.pixelsPerFrame, result.frameCount, result.byteCount, warnings, attempt.id])
    _ = try close(attempt, .succeeded)
    let made = MadeOutput(
      key: key, sha256: result.sha256, byteCount: result.byteCount,
      modifiedNanoseconds: stamp.modifiedNanoseconds)
    try recordMade(made, job: job.id)
    try forgetFailures(job: job.id)
    try change(job, .succeeded, to: .succeeded, attempt: attempt.id)
    return JobOutcome(jobIdentifier: job.id, name: job.name, state: .succeeded)
  }

  private func fail(
    _ attempt: AttemptRow, _ setback: Setback, _ rules: Rules, isFinal: Bool = false
  ) throws -> JobOutcome {
    var job = try close(attempt, .failed, setback)
    if job.isCancelRequested { return try cancel(job, attempt: attempt.id) }
    let (specification, message) = (try database.specification(ofJob: job.id), setback.message)
    job.failures += 1
    job.barren = attempt.newSegments > 0 ? 0 : job.barren + 1
    try execute(
      """
      UPDATE jobs SET failures = ?, barren = ?, failure_class = ?, failure_message = ?
      WHERE id = ?
      """, [job.failures, job.barren, setback.failureClass.rawValue, message, job.id])
    let timeIsOver = specification.jobTimeoutSeconds.map { job.spentSeconds >= $0 } ?? false
    let mayRetry = !isFinal && job.failures <= specification.retries.limit && !timeIsOver
    if setback.failureClass.mayPass && job.barren >= rules.limits.barrenAttempts {
      return try setAside(job, attempt: attempt.id, message: message)
    }
    guard setback.failureClass.mayPass && mayRetry else {
      try change(job, .failed, to: .failed, attempt: attempt.id, detail: message)
      return JobOutcome(jobIdentifier: job.id, name: job.name, state: .failed, message: message)
    }
    let seconds = rules.backoff(job.failures, specification.retries)
    try execute(
      "UPDATE jobs SET due_boot = ?, due_nanoseconds = ? WHERE id = ?",
      [now.boot, now.monotonicNanoseconds(after: seconds), job.id])
    try change(job, .retryScheduled, to: .waiting, attempt: attempt.id, detail: message)
    return JobOutcome(
      jobIdentifier: job.id, name: job.name, state: try self.job(job.id)?.state ?? .waiting,
      retrySeconds: seconds, message: message)
  }

  private func setAside(_ job: JobRow, attempt: Int, message: String) throws -> JobOutcome {
    try execute(
      """
      UPDATE jobs SET failure_message = ?, failure_class = coalesce(failure_class, ?) WHERE id = ?
      """, [message, FailureClass.crash.rawValue, job.id])
    try change(job, .quarantined, to: .quarantined, attempt: attempt, detail: message)
    return JobOutcome(jobIdentifier: job.id, name: job.name, state: .quarantined, message: message)
  }

  /// Back into the queue, unless a person wanted it cancelled.
  private func goOn(
    _ job: JobRow, _ change: JobChange, attempt: Int, message: String? = nil
  ) throws -> JobOutcome {
    if job.isCancelRequested { return try cancel(job, attempt: attempt) }
    try makeReady(job, change, attempt: attempt, detail: message)
    return JobOutcome(
      jobIdentifier: job.id, name: job.name, state: try self.job(job.id)?.state ?? .queued,
      message: message)
  }

  private func cancel(_ job: JobRow, attempt: Int) throws -> JobOutcome {
    try execute("UPDATE jobs SET is_cancel_requested = 0 WHERE id = ?", [job.id])
    try change(job, .cancelled, to: .cancelled, attempt: attempt)
    return JobOutcome(jobIdentifier: job.id, name: job.name, state: .cancelled)
  }

  /// Closes the attempt's row and returns the job's, with what new segments and spent time mean for it.
  private func close(
    _ attempt: AttemptRow, _ outcome: JobChange, _ setback: Setback? = nil, message: String? = nil
  ) throws -> JobRow {
    let seconds = attempt.seconds(at: now)
    try execute(
      """
      UPDATE attempts SET ended_at = ?, seconds = ?, outcome = ?, failure_class = ?, message = ?
      WHERE id = ?
      """,
      [
        now.wallSeconds, seconds, outcome.rawValue, setback?.failureClass.rawValue,
        setback?.message ?? message, attempt.id,
      ])
    try execute(
      """
      UPDATE jobs SET spent_seconds = spent_seconds + ?,
        barren = CASE WHEN ? THEN 0 ELSE barren END,
        abandoned = CASE WHEN ? THEN 0 ELSE abandoned END
      WHERE id = ?
      """, [seconds, attempt.newSegments > 0, attempt.newSegments > 0, attempt.job])
    guard let job = try job(attempt.job) else { throw LedgerError.noSuchJob("\(attempt.job)") }
    return job
  }

  func recordMade(_ made: MadeOutput, job: Int) throws {
    try execute(
      """
      UPDATE jobs SET made_key = ?, made_sha256 = ?, made_byte_count = ?,
        made_modified_nanoseconds = ?, owns_output = 1 WHERE id = ?
      """, [made.key, made.sha256, made.byteCount, made.modifiedNanoseconds, job])
  }

  /// Lets a job begin afresh: whatever went wrong before counts no more.
  func forgetFailures(job: Int) throws {
    try execute(
      """
      UPDATE jobs SET failures = 0, barren = 0, abandoned = 0, spent_seconds = 0, is_suspect = 0,
        is_cancel_requested = 0, failure_class = NULL, failure_message = NULL, due_boot = NULL,
        due_nanoseconds = NULL
      WHERE id = ?
      """, [job])
  }
}

extension LedgerTransaction.Setback {
  fileprivate init(_ failure: JobFailure) {
    self.init(failureClass: failure.failureClass, message: failure.message)
  }
}

extension Database {
  /// What the manifest asks of a job.
  func specification(ofJob id: Int) throws -> JobSpecification {
    let statement = try cachedStatement(sql: "SELECT specification FROM jobs WHERE id = ?")
    guard let text = try String.fetchOne(statement, arguments: [id]) else {
      throw LedgerError.noSuchJob("\(id)")
    }
    do {
      return try JSONDecoder().decode(JobSpecification.self, from: Data(text.utf8))
    } catch {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unreadable specification")
    }
  }
}
