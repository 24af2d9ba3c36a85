/// How events and logs name what happened.
extension JobOutcome {
  var eventName: String {
    switch state {
    case .succeeded: "job.succeeded"
    case .failed: "job.failed"
    case .quarantined: "job.quarantined"
    case .cancelled: "job.cancelled"
    case .waiting, .queued, .running: retrySeconds == nil ? "job.requeued" : "job.retrying"
    }
  }

  var words: String {
    let reason = message.map { ": \($0)" } ?? ""
    guard let retrySeconds else { return "\(state.rawValue)\(reason)" }
    return "tried again in \(Int(retrySeconds.rounded(.up))) s\(reason)"
  }
}

extension AttemptEnding {
  var name: String {
    switch self {
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .timedOut: "timed_out"
    case .crashed: "crashed"
    case .suspected: "suspected"
    case .released: "released"
    case .cancelled: "cancelled"
    }
  }

  /// Whether the jobs' process died in the attempt.
  var isDeath: Bool {
    switch self {
    case .crashed, .suspected: true
    case .succeeded, .failed, .timedOut, .released, .cancelled: false
    }
  }
}

extension RunnerEnding {
  var words: String {
    switch self {
    case .nothingLeft: "nothing is left to do"
    case .timeOver: "the time was over"
    case .interrupted: "stopped by a signal"
    case .diskFull(let folders): "no room in \(folders.joined(separator: ", "))"
    }
  }

  /// What is said when the end begins.
  var drainWords: String {
    "\(words); jobs in work end with their segment, and go on from there next time"
  }
}
