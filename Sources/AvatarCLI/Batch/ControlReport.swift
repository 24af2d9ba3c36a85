import Batch

/// What became of jobs that a person retried or cancelled, as `--json` prints it.
struct ControlReport: Encodable {
  struct Job: Encodable {
    let job: String
    let state: JobState
    /// Whether the command did something about it.
    let changed: Bool
    let message: String?
  }

  let jobs: [Job]
  /// Who holds the ledger's lock; nil where nobody does.
  let runner: String?

  /// Jobs that people are told of one by one.
  private static let shownJobs = 50

  /// - Throws: `LedgerError`.
  init(_ outcomes: [JobOutcome], _ selection: JobSelection, _ files: LedgerFiles) throws {
    let changed = Set(outcomes.map(\.jobIdentifier))
    let named = try selection.names.map {
      try LedgerReader(files).jobs(named: $0, manifest: selection.manifest)
    }
    let untouched = (named ?? []).filter { !changed.contains($0.identifier) }
    jobs =
      outcomes.map { Job(job: $0.name, state: $0.state, changed: true, message: $0.message) }
      + untouched.map { Job(job: $0.name, state: $0.state, changed: false, message: nil) }
    runner = LedgerLock.holder(of: files)
  }

  /// Prints a line a job and what that makes.
  ///
  /// `nothing` is said of no jobs at all, `changed` of those that changed, their state where it is nil.
  func show(nothing: String, changed: String?) throws {
    if jobs.isEmpty { return try StandardStreams.printLine(nothing) }
    for job in jobs.prefix(Self.shownJobs) {
      try StandardStreams.printLine(Amount.plain("\(job.job): \(words(job, changed))"))
    }
    if jobs.count > Self.shownJobs {
      let count = Amount.count(jobs.count { $0.changed }, "job")
      try StandardStreams.printLine("... \(jobs.count - Self.shownJobs) more; \(count) in all")
    }
  }

  private func words(_ job: Job, _ changed: String?) -> String {
    guard job.changed else {
      let hint =
        changed != nil && job.state == .succeeded
        ? "; avatar batch run MANIFEST --force does what is done again" : ""
      return "is \(job.state.rawValue), left as it is\(hint)"
    }
    if let changed {
      return job.state == .waiting ? "\(changed), waits for what it needs" : changed
    }
    guard job.state == .running else { return job.state.rawValue }
    return runner == nil
      ? "cancelled when the next run begins: the one that had it in work is gone"
      : "in work, is being stopped"
  }
}
