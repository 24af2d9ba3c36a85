import Batch
import Foundation

/// All that is known of a job, as `avatar batch logs --json` prints it.
struct JobLogReport: Encodable {
  struct Attempt: Encodable {
    let number: Int
    let worker: String
    let startedAt: String
    let endedAt: String?
    let seconds: Double?
    let outcome: JobChange?
    let failure: FailureClass?
    let message: String?
    let newSegments: Int
    let frames: Int?
    let bytes: Int?
    let warnings: [String]
  }

  struct Event: Encodable {
    let at: String
    let change: JobChange
    let from: JobState?
    let to: JobState
    let detail: String?
  }

  struct Log: Encodable {
    let path: String
    let lines: [String]
  }

  let job: JobReport
  let key: String?
  let outputSha256: String?
  let segmentsFinished: Int
  let attempts: [Attempt]
  let events: [Event]
  let log: Log

  init(_ history: JobHistory, files: LedgerFiles) {
    job = JobReport(history.summary)
    (key, outputSha256) = (history.key, history.outputSHA256)
    segmentsFinished = history.segments.count
    attempts = history.attempts.map(Attempt.init)
    events = history.events.map { event in
      Event(
        at: Amount.timestamp(event.at), change: event.change, from: event.from, to: event.to,
        detail: event.detail)
    }
    let path = files.log(ofJob: history.summary.name, manifest: history.summary.manifest)
    log = Log(path: path, lines: Log.lines(at: path))
  }

  /// For people.
  var lines: [String] {
    var lines = [
      "\(job.job): \(job.state.rawValue)\(job.message.map { ": \($0)" } ?? "")",
      "manifest: \(job.manifest)\(job.listed ? "" : " (which has it no more)")",
      "output: \(job.output)",
    ]
    if segmentsFinished > 0, job.state != .succeeded {
      lines.append("segments on disk: \(segmentsFinished)")
    }
    lines += ["", "attempts: \(attempts.isEmpty ? "none" : "")"] + attempts.map { "  \($0.line)" }
    lines += ["", "changes:"] + events.map { "  \($0.line)" }
    lines += ["", "log: \(log.path)\(log.lines.isEmpty ? " (nothing yet)" : "")"]
    return (lines + log.lines.map { "  \($0)" }).map(Amount.plain)
  }
}

extension JobLogReport.Attempt {
  init(_ attempt: AttemptSummary) {
    (number, worker) = (attempt.number, attempt.worker)
    startedAt = Amount.timestamp(attempt.startedAt)
    endedAt = attempt.endedAt.map(Amount.timestamp)
    (seconds, outcome) = (attempt.seconds, attempt.outcome)
    (failure, message) = (attempt.failureClass, attempt.message)
    newSegments = attempt.newSegments
    (frames, bytes, warnings) = (attempt.frameCount, attempt.byteCount, attempt.warnings)
  }

  fileprivate var line: String {
    var parts = ["\(number): \(startedAt), \(outcome?.words ?? "in work")"]
    if let seconds { parts.append(Amount.time(seconds)) }
    if newSegments > 0 { parts.append(Amount.count(newSegments, "new segment")) }
    if let frames { parts.append(Amount.count(frames, "frame")) }
    if let bytes { parts.append(Amount.bytes(Double(bytes))) }
    return parts.joined(separator: ", ") + (message.map { ": \($0)" } ?? "")
      + warnings.map { "; warning: \($0)" }.joined()
  }
}

extension JobLogReport.Event {
  fileprivate var line: String {
    let news = change.words
    let state = news == to.rawValue || change.impliesState ? "" : ", \(to.rawValue)"
    return "\(at) \(news)\(state)\(detail.map { ": \($0)" } ?? "")"
  }
}

extension JobLogReport.Log {
  /// The lines of the log at `path`, none where it is missing.
  static func lines(at path: String) -> [String] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
  }
}

extension JobChange {
  /// What happened, as people say it.
  fileprivate var words: String {
    switch self {
    case .claimed: "attempt began"
    case .due: "time of the next attempt came"
    case .released: "attempt was ended by the run"
    case .abandoned: "the run vanished"
    case .suspected: "the jobs' process died"
    case .retryScheduled: "attempt failed, another will be made"
    case .unchanged: "found done"
    case .adopted: "found done by its metadata"
    case .retried: "asked for again"
    case .replaced: "gave way to another job"
    default: rawValue.reduce(into: "") { $0 += $1.isUppercase ? " \($1.lowercased())" : String($1) }
    }
  }

  /// Whether the words say where the job stands now.
  fileprivate var impliesState: Bool {
    switch self {
    case .claimed, .unchanged, .adopted, .needFailed, .cancelRequested: true
    default: false
    }
  }
}
