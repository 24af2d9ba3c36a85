/// Where a job stands.
public enum JobState: String, Sendable, Codable, CaseIterable {
  /// Another job must succeed first, or the time of the next attempt hasn't come.
  case waiting
  case queued
  case running
  case succeeded
  case failed
  case cancelled
  /// Set aside: attempt after attempt ended without getting on.
  case quarantined

  /// Whether nothing more will happen by itself.
  public var isFinished: Bool { self == .succeeded || isDead }

  /// Finished without an output, so that no job that needs it can start.
  public var isDead: Bool { self == .failed || self == .cancelled || self == .quarantined }
}

/// What happened to a job: the reason of each of its events.
public enum JobChange: String, Sendable, Codable, CaseIterable {
  /// It came with a manifest.
  case added
  /// Its inputs, options, output or the program changed since.
  case changed
  /// The output of a finished job is gone, or isn't what was written.
  case outputLost
  /// A job that it needs is to be done again.
  case needReopened
  /// All that it needs is there.
  case needsMet
  /// A job that it needs failed, and so it can't start.
  case needFailed
  /// The job whose failure ended it is to be done again.
  case needRevived
  /// The time of its next attempt has come.
  case due
  case claimed
  case cancelRequested
  case succeeded
  /// A look at its inputs showed that its output is still right.
  case unchanged
  case failed
  /// Its attempt failed for a reason that may pass.
  case retryScheduled
  /// Its attempt ended because the runner is stopping.
  case released
  /// Its runner vanished.
  case abandoned
  /// The process that did several jobs died; it will be run alone.
  case suspected
  case quarantined
  case cancelled
  /// Another job writes its output now.
  case replaced
  /// A person asked for it again.
  case retried
  /// Its output was found, with its key inside.
  case adopted
}

extension JobChange {
  /// The states that this change may start from, nil for a new job, and those it may lead to.
  var states: (from: Set<JobState?>, to: Set<JobState>) {
    let ready: Set<JobState> = [.queued, .waiting]
    return switch self {
    case .added: ([nil], ready)
    case .changed:
      ([.waiting, .queued, .succeeded, .failed, .cancelled, .quarantined], ready)
    case .outputLost: ([.succeeded], ready)
    case .needReopened: ([.queued, .succeeded], ready)
    case .needsMet, .due: ([.waiting], [.queued])
    case .needFailed: ([.waiting], [.failed])
    case .needRevived: ([.failed], ready)
    case .claimed: ([.queued], [.running])
    case .cancelRequested: ([.running], [.running])
    case .succeeded: ([.running], [.succeeded])
    case .unchanged: ([.waiting, .queued], [.succeeded])
    case .failed: ([.waiting, .queued, .running, .succeeded], [.failed])
    case .retryScheduled: ([.running], [.waiting])
    case .released, .abandoned, .suspected: ([.running], ready)
    case .quarantined: ([.running], [.quarantined])
    case .cancelled: ([.waiting, .queued, .running], [.cancelled])
    case .replaced: ([.waiting, .queued], [.cancelled])
    case .retried: ([.failed, .cancelled, .quarantined], ready)
    case .adopted: ([.waiting, .queued, .failed, .cancelled, .quarantined], [.succeeded])
    }
  }

  /// Whether a job may go from `start` to `end` for this reason.
  func leads(from start: JobState?, to end: JobState) -> Bool {
    let states = states
    return states.from.contains(start) && states.to.contains(end)
  }
}
