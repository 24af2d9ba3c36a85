/// What running a manifest would do, job by job.
public struct BatchPlan: Sendable {
  /// The manifest's absolute path, and the digest of its text.
  public var manifest: String
  public var digest: String
  /// In the manifest's order.
  public var jobs: [Job]
  /// Jobs of the batch that the manifest doesn't have any more.
  public var gone: [GoneJob]
  /// Whether finished jobs are done again.
  public var forces: Bool
  /// Positions in `jobs` with needs before the jobs that need them.
  var order: [Int]

  /// A job of the manifest, and what is to become of it.
  public struct Job: Sendable {
    public var specification: JobSpecification
    public var key: Key
    /// Where the ledger has it; nil when it is new.
    public var state: JobState?
    public var action: Action
    /// What the output that the ledger knows of looks like now.
    var condition: MadeOutput.Condition?
    /// The output as another job made it: one of another name, or of a manifest that was moved.
    var inherited: MadeOutput?

    /// Whether an attempt is ahead, or may be.
    public var willRun: Bool {
      switch action {
      case .add, .change, .remake, .recheck: true
      case .keep: state.map { !$0.isFinished } ?? false
      case .adopt, .fail: false
      }
    }
  }

  /// The key of a job, as far as it can be told.
  public enum Key: Sendable, Hashable {
    case known(String)
    /// An input is still to be made by another job.
    case later
    /// An input would be made by a job that failed or was cancelled.
    case never
    /// The job can't be done here, or an input can't be read.
    case impossible(JobFailure)
  }

  /// What enqueueing does to a job.
  public enum Action: Sendable, Hashable {
    case add
    /// It is new, but its output is there already.
    case adopt
    /// It stays in its state.
    case keep
    /// It is queued again because what decides its output changed.
    case change
    /// It is queued again because of its output.
    case remake(RemakeReason)
    /// It waits for its inputs to be made again, and is done again if they differ.
    case recheck
    case fail(JobFailure)
  }

  /// Why a finished job is done again although nothing changed.
  public enum RemakeReason: String, Sendable, Hashable {
    case outputMissing
    case outputChanged
    /// What belongs beside it, such as a contact sheet, is gone: that alone is made again.
    case companionMissing
    /// A person wants it.
    case forced
  }

  /// A job that the manifest had once.
  public struct GoneJob: Sendable, Hashable {
    public var name: String
    public var state: JobState
  }
}

extension BatchPlan {
  /// Compares a manifest's jobs with the ledger, where there is one, and with the disk; writes nothing.
  ///
  /// `verifies` reads finished outputs again instead of trusting their size and time; `forces` has finished jobs done again.
  /// Throws `LedgerError`.
  public init(
    _ manifest: ExpandedManifest, executor: any JobExecutor, reader: LedgerReader?,
    verifies: Bool = false, forces: Bool = false
  ) throws {
    let clock = reader?.clock ?? .system
    let cache = LedgerFileDigests(database: reader?.database, keeps: false)
    let planner = BatchPlanner(
      database: reader?.database, executor: executor,
      digests: FileDigests(cache: cache, clock: clock), verifies: verifies, forces: forces)
    self = try planner.plan(manifest)
  }
}
