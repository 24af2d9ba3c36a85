@testable import Batch

/// What the ledger should do, said as plainly as possible: for the property test.
struct LedgerModel {
  struct Job {
    var state: JobState = .queued
    var needs: [String] = []
    var priority = 0
    /// Position in the manifest.
    var position = 0
    var setting = ""
    /// The setting with which the output was last made.
    var made: String?
    /// Failed only because of a need.
    var failedByNeed = false
    /// A retry is planned.
    var isPlanned = false
    var failures = 0
    var barren = 0
    var abandoned = 0
    var isSuspect = false
    var isCancelRequested = false
    var attempt: Int?
    var hasNewSegment = false
    var segments: Set<Int> = []
    var outputExists = false
  }

  var jobs: [String: Job] = [:]
  static let retryLimit = 4

  // MARK: Needs

  private func isDead(_ name: String) -> Bool { jobs[name]?.state.isDead ?? false }
  private func unmet(_ job: Job) -> Bool { job.needs.contains { jobs[$0]?.state != .succeeded } }

  /// Lets states follow from the states of needs until nothing changes any more.
  mutating func settle() {
    var changed = true
    while changed {
      changed = false
      for (name, job) in jobs {
        let hasDeadNeed = job.needs.contains(where: isDead)
        var next = job
        if job.state == .failed && job.failedByNeed && !hasDeadNeed {
          (next.state, next.failedByNeed) = (.waiting, false)
        } else if [.waiting, .queued].contains(job.state) && hasDeadNeed {
          (next.state, next.failedByNeed, next.isPlanned) = (.failed, true, false)
        } else if job.state == .queued && unmet(job) {
          next.state = .waiting
        } else if job.state == .waiting && !unmet(job) && !job.isPlanned {
          next.state = .queued
        }
        if next.state != job.state {
          jobs[name] = next
          changed = true
        }
      }
    }
  }

  mutating func change(_ name: String, _ body: (inout Job) -> Void) {
    body(&jobs[name]!)
    settle()
  }

  private func fresh(_ job: Job) -> Job {
    var job = job
    (job.failures, job.barren, job.abandoned) = (0, 0, 0)
    (job.isSuspect, job.isCancelRequested, job.failedByNeed, job.isPlanned) =
      (false, false, false, false)
    return job
  }

  // MARK: Operations

  mutating func enqueue(
    _ name: String, needs: [String], priority: Int, setting: String, position: Int
  ) {
    guard var job = jobs[name] else {
      var job = Job()
      (job.needs, job.priority, job.setting, job.position) = (needs, priority, setting, position)
      job.state = .waiting
      jobs[name] = job
      return
    }
    job.position = position
    if job.state == .running {
      jobs[name] = job
      return
    }
    let isChanged = job.setting != setting
    (job.needs, job.priority, job.setting) = (needs, priority, setting)
    let isLost = job.state == .succeeded && !job.outputExists
    if isChanged || isLost {
      job = fresh(job)
      if isChanged { job.segments = [] }
      if isLost { job.made = nil }
      job.state = .waiting
    }
    jobs[name] = job
  }

  /// The job that a claim must give: nil when none can start.
  func next(suspectsOnly: Bool) -> String? {
    jobs.filter { $0.value.state == .queued && $0.value.isSuspect == suspectsOnly }
      .min { ($1.value.priority, $0.value.position) < ($0.value.priority, $1.value.position) }?.key
  }

  mutating func promotePlanned() {
    for name in jobs.keys where jobs[name]!.isPlanned { jobs[name]!.isPlanned = false }
    settle()
  }

  mutating func claim(_ name: String, attempt: Int) {
    change(name) {
      ($0.state, $0.attempt, $0.hasNewSegment) = (.running, attempt, false)
    }
  }

  mutating func settleUnchanged(_ name: String) {
    jobs[name] = fresh(jobs[name]!)
    change(name) { $0.state = .succeeded }
  }

  mutating func segment(_ name: String, _ index: Int) {
    if jobs[name]!.segments.insert(index).inserted { jobs[name]!.hasNewSegment = true }
  }

  private mutating func close(_ name: String) {
    if jobs[name]!.hasNewSegment { (jobs[name]!.barren, jobs[name]!.abandoned) = (0, 0) }
    jobs[name]!.attempt = nil
  }

  mutating func succeed(_ name: String) {
    close(name)
    var job = fresh(jobs[name]!)
    (job.made, job.outputExists) = (job.setting, true)
    jobs[name] = job
    change(name) { $0.state = .succeeded }
  }

  /// The attempt crashed, which may pass, or found its input bad.
  mutating func fail(_ name: String, crashed: Bool, limits: QuarantineLimits) {
    close(name)
    if crashed { jobs[name]!.isSuspect = true }
    var job = jobs[name]!
    if job.isCancelRequested { return cancelled(name) }
    job.failures += 1
    if !job.hasNewSegment { job.barren += 1 }
    jobs[name] = job
    change(name) {
      if crashed && job.barren >= limits.barrenAttempts {
        $0.state = .quarantined
      } else if crashed && job.failures <= Self.retryLimit {
        ($0.state, $0.isPlanned) = (.waiting, true)
      } else {
        $0.state = .failed
      }
    }
  }

  mutating func release(_ name: String, suspects: Bool) {
    close(name)
    if suspects { jobs[name]!.isSuspect = true }
    if jobs[name]!.isCancelRequested { return cancelled(name) }
    change(name) { $0.state = .queued }
  }

  mutating func abandon(_ name: String, limits: QuarantineLimits) {
    close(name)
    if !jobs[name]!.hasNewSegment { jobs[name]!.abandoned += 1 }
    let job = jobs[name]!
    if job.abandoned >= limits.barrenAttempts { jobs[name]!.isSuspect = true }
    if job.isCancelRequested { return cancelled(name) }
    change(name) {
      $0.state = job.abandoned >= limits.abandonedAttempts ? .quarantined : .queued
    }
  }

  mutating func cancelled(_ name: String) {
    jobs[name]!.attempt = nil
    jobs[name]!.isCancelRequested = false
    change(name) { $0.state = .cancelled }
  }

  mutating func cancel(_ name: String) {
    let job = jobs[name]!
    if job.state == .running {
      jobs[name]!.isCancelRequested = true
    } else if !job.state.isFinished {
      jobs[name] = fresh(job)
      cancelled(name)
    }
  }

  mutating func retry(_ name: String) {
    guard isDead(name) else { return }
    for need in jobs[name]!.needs { retry(need) }
    // A need that came back may have revived this one.
    guard isDead(name) else { return }
    jobs[name] = fresh(jobs[name]!)
    change(name) { $0.state = .waiting }
  }
}
