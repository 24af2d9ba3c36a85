import Batch
import Foundation

/// How things stand, as `avatar batch status --json` prints it.
struct StatusReport: Encodable {
  struct Running: Encodable {
    let job: String
    let attempt: Int
    let worker: String
    let seconds: Double
    /// Since its last sign of life.
    let silentSeconds: Double
    let stage: String?
    let done: Int
    /// 0 where unknown.
    let total: Int
    let perSecond: Double?
    /// Of this stage.
    let secondsLeft: Double?
    let segments: Int
    let segmentCount: Int?
    let cancelRequested: Bool
  }

  let ledger: String
  let manifest: String?
  /// Jobs by state.
  let jobs: [String: Int]
  let left: Int
  let secondsLeft: Double?
  let secondsPerJob: Double?
  let nextRetrySeconds: Double?
  /// Who holds the ledger's lock; nil where nobody does.
  let runner: String?
  let running: [Running]
  let failures: [JobReport]

  init(_ status: LedgerStatus, manifest: String?, ledger: String, runner: String?) {
    self.ledger = ledger
    self.manifest = manifest
    self.runner = runner
    jobs = Dictionary(
      uniqueKeysWithValues: JobState.allCases.map { ($0.rawValue, status.counts[$0] ?? 0) })
    left = status.leftCount
    secondsLeft = status.secondsLeft
    secondsPerJob = status.secondsPerJob
    nextRetrySeconds = status.nextDueSeconds
    running = status.running.map(Running.init)
    failures = status.recentFailures.map(JobReport.init)
  }

  /// What a table shows, for people.
  var lines: [String] {
    var lines = [countsLine]
    lines.append("runner: \(runner.map(Amount.plain) ?? "none")")
    if runner == nil, !running.isEmpty {
      lines.append(
        "the jobs in work were left by a runner that is gone: avatar batch run goes on with them")
    }
    if left > 0 { lines.append(leftLine) }
    if let nextRetrySeconds { lines.append("next retry: in \(Amount.time(nextRetrySeconds))") }
    if !running.isEmpty { lines += ["", "in work:"] + running.map { "  \($0.line)" } }
    if !failures.isEmpty { lines += ["", "latest failures:"] + failures.map { "  \($0.line)" } }
    return lines
  }

  var countsLine: String {
    let counts = JobState.allCases.compactMap { state in
      let count = jobs[state.rawValue] ?? 0
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    let total = jobs.values.reduce(0, +)
    let place = manifest ?? ledger
    let sum = Amount.count(total, "job")
    return Amount.plain("\(place): \(sum)\(total > 0 ? ": " : "")\(counts.joined(separator: ", "))")
  }

  private var leftLine: String {
    let jobs = Amount.count(left, "job")
    guard let secondsLeft else { return "left: \(jobs); no job has been done yet to reckon from" }
    let workers = running.count > 1 ? "\(running.count) in work at once" : "one in work at a time"
    return "left: \(jobs), about \(Amount.time(secondsLeft)) with \(workers)"
  }
}

extension StatusReport.Running {
  init(_ job: RunningJob) {
    (self.job, attempt, worker) = (job.name, job.attemptNumber, job.worker)
    (seconds, silentSeconds) = (job.runningSeconds, job.silentSeconds)
    (stage, done, total, perSecond) = (job.stage, job.stepsDone, job.stepsTotal, job.stepsPerSecond)
    secondsLeft = job.stepsPerSecond.flatMap { rate in
      rate > 0 && job.stepsTotal > 0 ? Double(job.stepsTotal - job.stepsDone) / rate : nil
    }
    (segments, segmentCount) = (job.segmentsFinished, job.segmentCount)
    cancelRequested = job.isCancelRequested
  }

  var line: String {
    var parts = ["\(job) (attempt \(attempt), \(Amount.time(seconds)))"]
    if let stage {
      var text = stage
      if total > 0 { text += " \(done)/\(total), \(100 * done / total) %" }
      if let perSecond, perSecond > 0 { text += String(format: ", %.1f/s", perSecond) }
      if let secondsLeft { text += ", \(Amount.time(secondsLeft)) left" }
      parts.append(text)
    }
    if let segmentCount { parts.append("segment \(segments)/\(segmentCount)") }
    // Signs of life are recorded each ten seconds.
    if silentSeconds > 20 { parts.append("silent for \(Amount.time(silentSeconds))") }
    if cancelRequested { parts.append("is being cancelled") }
    return Amount.plain(parts.joined(separator: "; "))
  }
}
