/// How things stand in a ledger, or in one of its batches.
public struct LedgerStatus: Sendable, Hashable {
  /// Jobs by state; states without jobs are left out.
  public var counts: [JobState: Int] = [:]
  public var running: [RunningJob] = []
  /// The latest first.
  public var recentFailures: [JobSummary] = []
  /// Until the first planned retry; nil without one.
  public var nextDueSeconds: Double?
  /// Mean time of the latest jobs that were done; nil where none was.
  public var secondsPerJob: Double?

  /// Jobs that are not over.
  public var leftCount: Int {
    [JobState.waiting, .queued, .running].reduce(0) { $0 + (counts[$1] ?? 0) }
  }

  /// How long what is left will take with as many jobs in work as now, one where none is, if it is like what was done;
  /// nil where nothing was.
  public var secondsLeft: Double? {
    guard leftCount > 0 else { return 0 }
    guard let secondsPerJob else { return nil }
    let spent = running.reduce(0) { $0 + min($1.runningSeconds, secondsPerJob) }
    return (Double(leftCount) * secondsPerJob - spent) / Double(max(running.count, 1))
  }
}

/// An attempt in work.
public struct RunningJob: Sendable, Hashable {
  public var attempt: Int
  public var attemptNumber: Int
  public var jobIdentifier: Int
  public var name: String
  public var worker: String
  public var runningSeconds: Double
  /// Since its last sign of life.
  public var silentSeconds: Double
  public var stage: String?
  public var stepsDone: Int
  /// 0 where unknown.
  public var stepsTotal: Int
  /// In this stage; nil before the first.
  public var stepsPerSecond: Double?
  /// Finished segments with those of earlier attempts, and how many there will be.
  public var segmentsFinished: Int
  public var segmentCount: Int?
  public var isCancelRequested: Bool
}

/// A job at a glance.
///
/// Times are seconds since 1970.
public struct JobSummary: Sendable, Hashable {
  public var identifier: Int
  public var manifest: String
  public var name: String
  public var state: JobState
  public var priority: Int
  public var output: String
  /// Whether the manifest still has it.
  public var isListed: Bool
  public var changedAt: Double
  public var failureClass: FailureClass?
  public var failureMessage: String?
  public var attemptCount: Int
  public var labels: [String: String]
}

/// All that a ledger knows of a job.
public struct JobHistory: Sendable, Hashable {
  public var summary: JobSummary
  public var specification: JobSpecification
  public var key: String?
  /// Digest of the finished output.
  public var outputSHA256: String?
  public var attempts: [AttemptSummary]
  public var events: [JobEvent]
  public var segments: [SegmentSummary]
}

/// An attempt, in work or ended.
public struct AttemptSummary: Sendable, Hashable {
  public var identifier: Int
  public var number: Int
  public var worker: String
  public var startedAt: Double
  public var endedAt: Double?
  public var seconds: Double?
  public var outcome: JobChange?
  public var failureClass: FailureClass?
  public var message: String?
  public var newSegments: Int
  public var frameCount: Int?
  public var byteCount: Int?
  public var warnings: [String]
}

/// A change of a job's state.
public struct JobEvent: Sendable, Hashable {
  public var identifier: Int
  public var jobIdentifier: Int
  public var name: String
  public var attempt: Int?
  public var at: Double
  public var change: JobChange
  public var from: JobState?
  public var to: JobState
  public var detail: String?
}

/// A finished segment of a job.
public struct SegmentSummary: Sendable, Hashable {
  public var index: Int
  public var attempt: Int
  public var sha256: String
  public var byteCount: Int
  public var finishedAt: Double
}

/// A manifest that was enqueued.
public struct BatchSummary: Sendable, Hashable {
  public var identifier: Int
  public var manifest: String
  public var digest: String
  public var addedAt: Double
  public var enqueuedAt: Double
  public var counts: [JobState: Int]
}
