public import MediaTypes

/// How a run ended.
public struct BatchRunReport: Sendable, Hashable {
  public var ending: RunnerEnding
  /// The batch's jobs by state, or all of the ledger where no manifest was named.
  public var counts: [JobState: Int]
  /// The manifest; nil where all of the ledger was run.
  public var manifest: String?
  /// Jobs that this run did, those that it found done on a closer look, and the frames of the outputs that it made.
  public var succeeded: Int
  public var found: Int
  public var frameCount: Int
  /// Jobs that failed or were set aside, in this run or before.
  public var failures: [JobSummary]
  /// What the manifest asked for; nil without one.
  public var enqueued: EnqueueReport?
  public var seconds: Double

  /// Jobs that are neither done nor failed.
  public var leftCount: Int {
    [JobState.waiting, .queued, .running].reduce(0) { $0 + (counts[$1] ?? 0) }
  }

  /// 0 when all is done, 1 with failed jobs, 75 when time was over before, 74 when jobs are left for a full disk, 143 when a signal ended it.
  public var exitCode: ExitCode {
    switch ending {
    case .interrupted: .terminated
    case .diskFull: .inputOutputError
    case .timeOver where leftCount > 0: .tryAgainLater
    case .nothingLeft, .timeOver: failures.isEmpty ? .success : .someFailed
    }
  }
}

/// What a run tells the program that shows it.
public enum BatchRunNotice: Sendable {
  /// The same as receivers of events are told.
  case event(BatchEvent)
  /// Jobs in work, about once a second.
  case progress([JobInWork])
  /// Something that does not stop the run but should be known; one line.
  case warning(String)
}

/// A job in work as a display shows it.
public struct JobInWork: Sendable, Hashable {
  public var name: String
  public var stage: String
  public var done: Int
  /// 0 where unknown.
  public var total: Int
}
