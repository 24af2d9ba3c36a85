/// What a runner asks of the ledger and tells it; every call is one transaction.
protocol RunnerLedger: AnyObject {
  /// Makes the most urgent job that may start now, and of whose output `mayWrite` says so, `running` and returns its attempt; nil when
  /// there is none.
  func claim(where mayWrite: (_ output: String) -> Bool) throws -> ClaimedAttempt?
  /// The same for the jobs that were in work when a host died: one of them, to be run alone.
  func claimSuspect(where mayWrite: (_ output: String) -> Bool) throws -> ClaimedAttempt?
  /// Seconds until a job that waits for its next attempt may start; nil when none waits.
  func secondsUntilNextStart() throws -> Double?

  /// Extends the leases of `attempts` and stores how far they are.
  func extendLeases(_ attempts: [Int: StageProgress]) throws
  /// Attempts in work whose jobs someone has cancelled.
  func cancelledAttempts() throws -> Set<Int>
  /// Notes that segment `index` of the attempt's job is on disk.
  func record(segment: FinishedSegment, of attempt: Int) throws

  /// Ends an attempt: the ledger decides what becomes of the job, and says so.
  func end(_ attempt: Int, _ ending: AttemptEnding) throws -> JobOutcome
}

/// An attempt that a runner has taken on.
struct ClaimedAttempt: Sendable {
  var attempt: Int
  /// The job's identifier in the ledger.
  var job: Int
  var specification: JobSpecification
  var key: String
  /// Whether a file that lies at the output is the ledger's own and may be replaced.
  var replacesOutput: Bool
  /// Seconds that earlier attempts took together.
  var earlierSeconds: Double
  /// The how-manieth attempt of the job it is, from 1.
  var number = 1
  /// When it began, in seconds since 1970.
  var startedAt = 0.0
}

/// How far an attempt is.
struct StageProgress: Sendable, Hashable, Codable {
  var stage: String
  var done: Int
  var total: Int
}

struct FinishedSegment: Sendable, Hashable {
  var index: Int
  var count: Int
  var sha256: String
  var byteCount: Int
}

/// How an attempt ended.
enum AttemptEnding: Sendable, Hashable {
  case succeeded(JobResult)
  /// It failed; whether another attempt may help follows from the failure's exit code.
  case failed(JobFailure)
  /// It took longer than its job allows; `isFinal` when the job's whole time is over.
  case timedOut(JobFailure, isFinal: Bool)
  /// The process that did it died while it was the only one in work, or is to blame.
  case crashed(JobFailure)
  /// The process died while several were in work: it may be innocent, and is to be run alone once.
  case suspected(JobFailure)
  /// It was ended through no fault of its own and counts for nothing: the job is queued again.
  case released(reason: String)
  /// Someone cancelled the job.
  case cancelled
}
