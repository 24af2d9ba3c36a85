/// What a runner knows of an attempt that its host works on.
struct AttemptInWork {
  /// Why the attempt was told to stop.
  enum StopReason: Equatable {
    case draining
    case timedOut(isFinal: Bool)
    case cancelled
  }

  let claimed: ClaimedAttempt
  /// When it began, in the runner's waking seconds.
  let began: Double
  var progress = StageProgress(stage: "starting", done: 0, total: 0)
  private(set) var stopReason: StopReason?
  private(set) var stopRequest = StopRequest.none
  /// When its process is killed if it has not stopped by then.
  private(set) var killTime: Double?

  init(_ claimed: ClaimedAttempt, began: Double) {
    self.claimed = claimed
    self.began = began
  }

  /// The command that tells the host to stop the attempt; nil when it was told so before, or something stronger.
  mutating func stop(
    _ request: StopRequest, _ reason: StopReason, killTime: Double?
  ) -> HostCommand? {
    guard stopRequest == .none || (stopRequest == .afterSegment && request == .now) else {
      return nil
    }
    (stopRequest, stopReason, self.killTime) = (request, reason, killTime)
    return .stop(attempt: claimed.attempt, request: request)
  }

  /// Whether the attempt, or the job with all its attempts, has taken too long at `time`.
  func exceededLimit(at time: Double) -> StopReason? {
    let seconds = time - began
    let limits = claimed.specification
    if let limit = limits.jobTimeoutSeconds, claimed.earlierSeconds + seconds > limit {
      return .timedOut(isFinal: true)
    }
    if let limit = limits.attemptTimeoutSeconds, seconds > limit {
      return .timedOut(isFinal: false)
    }
    return nil
  }

  /// What the ledger is told when the attempt ended without an output because it was told to stop.
  var endingWhenStopped: AttemptEnding {
    switch stopReason {
    case nil, .draining: .released(reason: "stopped on request")
    case .cancelled: .cancelled
    case .timedOut(let isFinal):
      .timedOut(JobFailure(exitCode: 75, message: timeoutMessage(isFinal)), isFinal: isFinal)
    }
  }

  private func timeoutMessage(_ isFinal: Bool) -> String {
    let limits = claimed.specification
    let limit = (isFinal ? limits.jobTimeoutSeconds : limits.attemptTimeoutSeconds) ?? 0
    return "job \(limits.name): took longer than its \(isFinal ? "job" : "attempt") timeout of "
      + "\(limit) s, in stage \"\(progress.stage)\": raise the timeout or split the job"
  }
}
