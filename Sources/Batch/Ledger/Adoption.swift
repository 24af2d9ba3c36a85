/// Fills a ledger that was lost from the outputs that are there: what each was made from is in its metadata.
public struct Adoption: Sendable, Hashable {
  /// Where the damaged ledger lies now; nil where there was none.
  public var movedAside: String?
  /// Jobs that are done already by the ledger.
  public var knownCount = 0
  /// Jobs whose outputs were found and recorded.
  public var adopted: [String] = []
  /// Jobs without output.
  public var missingCount = 0
  /// Jobs at whose place lies something that can't be taken for their output.
  public var refused: [Refusal] = []

  /// An output that was not taken, and why.
  public struct Refusal: Sendable, Hashable {
    public var job: String
    public var output: String
    public var reason: Reason
  }

  public enum Reason: String, Sendable, Codable {
    /// It has no job's key in its metadata, or is cut off.
    case notMadeByBatch = "not_made_by_batch"
    /// It was made from other inputs or options, or by another version.
    case otherKey = "other_key"
  }

  /// Opens the ledger for adopting, or begins a new one, with the damaged one moved aside.
  ///
  /// Throws `LedgerError`, also for a file that is no ledger or a newer one.
  public static func open(
    _ lock: LedgerLock, clock: BatchClock = .system
  ) throws(LedgerError) -> (ledger: Ledger, movedAside: String?) {
    do {
      return (try Ledger(lock: lock, clock: clock), nil)
    } catch .corrupt {
      let aside = try Ledger.moveAside(lock, clock: clock)
      return (try Ledger(lock: lock, clock: clock), aside)
    }
  }

  public init() {}

  /// Enqueues a manifest and records the jobs whose outputs lie at their places.
  ///
  /// `progress` hears how many of the jobs with something at their place have been looked at. Throws `LedgerError`. What was
  /// recorded until then stays.
  public mutating func adopt(
    _ manifest: ExpandedManifest, into ledger: Ledger, executor: any JobExecutor,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws {
    _ = try ledger.recover(expiredOnly: false, executor: executor)
    _ = try ledger.enqueue(ledger.plan(manifest, executor: executor))
    let jobs = try ledger.reader.jobs(manifest: manifest.path).filter(\.isListed)
    knownCount += jobs.count { $0.state == .succeeded }
    let open = jobs.filter { $0.state != .succeeded }
    let present = open.filter { (try? FileStamp.read($0.output)) != nil }
    missingCount += open.count - present.count
    for start in stride(from: 0, to: present.count, by: Self.commitCount) {
      let chunk = present[start..<min(start + Self.commitCount, present.count)]
      try record(chunk, ledger, executor) { progress(start + $0, present.count) }
    }
  }

  /// Jobs that are recorded at once: what a kill may cost to look at again.
  private static let commitCount = 50

  private mutating func record(
    _ jobs: ArraySlice<JobSummary>, _ ledger: Ledger, _ executor: any JobExecutor,
    progress: (Int) -> Void
  ) throws {
    var found: [FoundOutput] = []
    for (number, job) in jobs.enumerated() {
      if let output = executor.finishedOutput(at: job.output) { found.append(output) }
      progress(number + 1)
    }
    let taken = Set(try ledger.adopt(found))
    let whole = Set(found.map(\.path))
    for job in jobs {
      if whole.contains(job.output), taken.contains(job.name) {
        adopted.append(job.name)
      } else {
        let reason: Reason = whole.contains(job.output) ? .otherKey : .notMadeByBatch
        refused.append(Refusal(job: job.name, output: job.output, reason: reason))
      }
    }
  }
}
