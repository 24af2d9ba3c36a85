import MediaTypes

/// What enqueueing did, by the number of jobs.
public struct EnqueueReport: Sendable, Hashable {
  public var batch = 0
  public var added = 0
  /// Queued again, because what decides their output changed.
  public var changed = 0
  /// Queued again, because of their output or a person's wish.
  public var remade = 0
  /// Waiting for inputs that are made again.
  public var rechecked = 0
  /// Recorded as done, because another job had made their output.
  public var adopted = 0
  /// Left in their state; `done` of them have their output.
  public var kept = 0
  public var done = 0
  /// Failed at once, since they can't be done here: name and reason.
  public var failed: [String: String] = [:]
  public var gone: [BatchPlan.GoneJob] = []
}

extension Ledger {
  /// Compares a manifest's jobs with the ledger and the disk, and keeps the digests of the files that it reads.
  ///
  /// `verifies` and `forces` are as in `BatchPlan.init`. Throws `LedgerError`.
  public func plan(
    _ manifest: ExpandedManifest, executor: any JobExecutor, verifies: Bool = false,
    forces: Bool = false
  ) throws -> BatchPlan {
    let planner = BatchPlanner(
      database: database, executor: executor, digests: fileDigests(), verifies: verifies,
      forces: forces)
    return try planner.plan(manifest)
  }

  /// Makes the ledger ask for what `plan` says, in one transaction.
  ///
  /// Doing it twice changes nothing more.
  ///
  /// Throws `LedgerError.outputTaken` when a job of another manifest is about to write one of the outputs.
  public func enqueue(_ plan: BatchPlan) throws(LedgerError) -> EnqueueReport {
    try write { transaction in
      try Enqueuing(transaction: transaction, plan: plan).run()
    }
  }

  /// Says why the output of a claimed job can't be trusted: an input isn't any more what it was when the job was claimed.
  ///
  /// For the end of an attempt. Inputs that are gone by then are no reason.
  func inputChange(since claim: ClaimedAttempt, executor: any JobExecutor) -> JobFailure? {
    guard let key = try? executor.key(of: claim.specification, digests: fileDigests()),
      key != claim.key
    else { return nil }
    return JobFailure(
      exitCode: ExitCode.inputOutputError.rawValue,
      message:
        "job \(claim.specification.name): an input changed while the job ran: it will be done again"
    )
  }

  func fileDigests() -> FileDigests {
    FileDigests(cache: LedgerFileDigests(database: database), clock: clock)
  }
}
