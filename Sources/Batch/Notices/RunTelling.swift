import Foundation
import MediaTypes

/// Tells what happens in a run to all who want to know: the jobs' logs, a webhook, a file of figures, and the program's display.
final class RunTelling {
  let hostLog: HostLog
  /// Jobs that this run did, and those that it found done.
  private(set) var succeeded = 0
  private(set) var found = 0
  private(set) var frameCount = 0
  private let reader: LedgerReader
  private let manifest: String?
  private let logs: JobLogs
  private let webhook: Webhook?
  private let metricsPath: String?
  private var metrics = Metrics()
  private var metricsWritten = ContinuousClock.now
  private var metricsFailed = false
  private let tell: (BatchRunNotice) -> Void
  /// The last event of the ledger that was looked at.
  private var lastEvent: Int

  /// `lastEvent` is the ledger's latest event before the run changed anything.
  init(
    files: LedgerFiles, reader: LedgerReader, manifest: String?, options: BatchRun.Options,
    lastEvent: Int, tell: @escaping (BatchRunNotice) -> Void
  ) {
    hostLog = HostLog(files)
    self.reader = reader
    self.manifest = manifest
    self.tell = tell
    self.lastEvent = lastEvent
    logs = JobLogs(files) { tell(.warning($0)) }
    webhook = options.webhook.map { Webhook(url: $0.url, secret: $0.secret) }
    metricsPath = options.metricsPath
  }

  func begin(_ enqueued: EnqueueReport?) throws {
    var event = BatchEvent("batch.started")
    event.jobs = try counts()
    metrics.jobs = event.jobs ?? [:]
    send(event)
    for (name, reason) in (enqueued?.failed ?? [:]).sorted(by: { $0.key < $1.key }) {
      var event = BatchEvent("job.failed")
      (event.job, event.message) = (name, reason)
      send(event)
    }
    tellNeedFailures()
    writeMetrics()
  }

  /// Tells of jobs that can't start any more since one that they need failed.
  private func tellNeedFailures() {
    guard let failures = try? reader.needFailures(after: lastEvent), let last = failures.last else {
      return
    }
    lastEvent = last.identifier
    for failure in failures {
      log(failure.jobIdentifier, failure.name, "failed: \(failure.detail ?? "")")
      var event = BatchEvent("job.failed")
      (event.job, event.message) = (failure.name, failure.detail)
      send(event)
    }
  }

  func end(_ report: BatchRunReport) {
    var event = BatchEvent("batch.finished")
    event.jobs = Self.byName(report.counts)
    event.seconds = report.seconds
    event.exitCode = report.exitCode.rawValue
    event.message = report.ending.words
    close(event)
  }

  /// The run broke off.
  func end(_ error: any Error) {
    var event = BatchEvent("batch.finished")
    let failure = JobFailure(error)
    (event.exitCode, event.message) = (failure.exitCode, failure.message)
    close(event)
  }

  private func close(_ event: BatchEvent) {
    send(event)
    if let jobs = event.jobs { metrics.jobs = jobs }
    (metrics.jobsInWork, metrics.runEnded) = (0, .now)
    writeMetrics()
    if let lost = webhook?.close(), lost > 0 {
      tell(.warning("\(lost) events were not taken by the receiver of --notify"))
    }
  }

  /// A job that needed no attempt, or whose runner had vanished.
  func settled(_ outcome: JobOutcome) {
    log(outcome.jobIdentifier, outcome.name, outcome.words)
    if outcome.state == .succeeded { found += 1 }
    var event = BatchEvent(outcome.eventName)
    (event.job, event.message) = (outcome.name, outcome.message)
    if outcome.state == .succeeded { event.found = true }
    send(event)
    if outcome.state.isDead { tellNeedFailures() }
  }

  func notice(_ notice: RunnerNotice) {
    switch notice {
    case .began(let claimed): began(claimed)
    case .progress(let work): progress(work)
    case .warned(let claimed, let text):
      log(claimed.job, claimed.specification.name, "warning: \(text)")
      tell(.warning("job \(claimed.specification.name): \(text)"))
    case .ended(let claimed, let ending, let outcome, let seconds):
      ended(claimed, ending, outcome, seconds)
    case .draining(let ending): tell(.warning(ending.drainWords))
    case .waitingForRoom(let folder):
      tell(
        .warning(
          "\(folder) has less room than --min-free: jobs that write to its disk wait, and those in work "
            + "end with their segment; free some space and run again"))
    }
  }

  private func began(_ claimed: ClaimedAttempt) {
    log(claimed.job, claimed.specification.name, "attempt \(claimed.number) began")
    send(event("job.started", claimed))
    metrics.jobsInWork += 1
  }

  private func progress(_ work: [(ClaimedAttempt, StageProgress)]) {
    metrics.jobsInWork = work.count
    tell(
      .progress(
        work.sorted { $0.0.attempt < $1.0.attempt }.map { claimed, progress in
          JobInWork(
            name: claimed.specification.name, stage: progress.stage, done: progress.done,
            total: progress.total)
        }))
    if ContinuousClock.now - metricsWritten > .seconds(10) {
      metrics.jobs = (try? counts()) ?? metrics.jobs
      writeMetrics()
    }
  }

  private func ended(
    _ claimed: ClaimedAttempt, _ ending: AttemptEnding, _ outcome: JobOutcome, _ seconds: Double
  ) {
    metrics.attempts[ending.name, default: 0] += 1
    if case .succeeded(let result) = ending, outcome.state == .succeeded {
      if result.wasFound {
        found += 1
      } else {
        succeeded += 1
        frameCount += result.frameCount
        metrics.framesWritten += result.frameCount
      }
    }
    let name = claimed.specification.name
    if ending.isDeath { log(claimed.job, name, hostLog.tail) }
    log(
      claimed.job, name,
      "attempt \(claimed.number): \(outcome.words), after \(String(format: "%.1f", seconds)) s")
    var event = event(outcome.eventName, claimed)
    (event.seconds, event.message) = ((seconds * 1000).rounded() / 1000, outcome.message)
    if case .failed(let failure) = ending { event.exitCode = failure.exitCode }
    if case .succeeded(let result) = ending, result.wasFound { event.found = true }
    send(event)
    if outcome.state.isDead { tellNeedFailures() }
  }

  private func event(_ name: String, _ claimed: ClaimedAttempt) -> BatchEvent {
    var event = BatchEvent(name)
    let job = claimed.specification
    (event.job, event.output, event.attempt) = (job.name, job.output, claimed.number)
    event.labels = job.labels.isEmpty ? nil : job.labels
    return event
  }

  private func send(_ event: BatchEvent) {
    tell(.event(event))
    webhook?.post(event)
  }

  private func log(_ job: Int, _ name: String, _ text: String) {
    logs.write(text, job: job, name: name)
  }

  private func counts() throws -> [String: Int] {
    Self.byName(try reader.status(manifest: manifest, failureLimit: 0).counts)
  }

  private static func byName(_ counts: [JobState: Int]) -> [String: Int] {
    Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
  }

  private func writeMetrics() {
    guard let metricsPath else { return }
    metricsWritten = .now
    do {
      try metrics.write(to: metricsPath)
    } catch {
      if !metricsFailed { tell(.warning("\(metricsPath): metrics can't be written: \(error)")) }
      metricsFailed = true
    }
  }
}
