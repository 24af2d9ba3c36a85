extension BatchRunner {
  /// Takes in what came from the host.
  func handle(_ event: HostEvent) throws {
    lastHeard = wakingSeconds
    switch event {
    case .ended(let reason): try hostEnded(reason)
    case .message(.ready): (hostIsReady, hostsThatNeverSpoke) = (true, 0)
    case .message(.alive): break
    case .message(.progress(let attempt, let progress)):
      try take(progress, of: attempt)
    case .message(.finished(let attempt, let result)):
      try end(attempt, .succeeded(result))
    case .message(.stopped(let attempt)):
      if let work = inWork[attempt] { try end(attempt, work.endingWhenStopped) }
    case .message(.failed(let attempt, let failure)):
      guard let work = inWork[attempt] else { return }
      let isInterrupted = failure.exitCode == 130 || failure.exitCode == 143
      try end(
        attempt,
        work.stopReason != nil && isInterrupted ? work.endingWhenStopped : .failed(failure))
    }
  }

  private func take(_ progress: JobProgress, of attempt: Int) throws {
    guard let claimed = inWork[attempt]?.claimed else { return }
    switch progress {
    case .stage(let name, let total):
      inWork[attempt]?.progress = StageProgress(stage: name, done: 0, total: total)
    case .step(let done):
      inWork[attempt]?.progress.done = done
    case .segment(let index, let count, let sha256, let byteCount):
      let segment = FinishedSegment(
        index: index, count: count, sha256: sha256, byteCount: byteCount)
      try ledger.record(segment: segment, of: attempt)
    case .warning(let text):
      notice(.warned(claimed, text))
    }
  }

  private func end(_ attempt: Int, _ ending: AttemptEnding) throws {
    guard let work = inWork.removeValue(forKey: attempt) else { return }
    let outcome = try ledger.end(attempt, ending)
    nextLook = 0
    notice(.ended(work.claimed, ending, outcome, seconds: wakingSeconds - work.began))
  }

  /// A host that dies with one job in work was killed by it; with several, each is tried alone.
  private func hostEnded(_ reason: String) throws {
    host = nil
    if !hostIsReady { hostsThatNeverSpoke += 1 }
    guard hostsThatNeverSpoke < 3 else { throw BatchError.hostNeverReady(reason: reason) }
    let attempts = inWork.keys.sorted()
    let overdue = attempts.filter { (inWork[$0]?.killTime).map { $0 <= wakingSeconds } ?? false }
    for attempt in attempts {
      guard let work = inWork[attempt] else { continue }
      if overdue.contains(attempt) {
        try end(attempt, work.endingWhenStopped)
      } else if overdue.isEmpty && hostIsReady {
        let death = work.death(reason)
        suspectsWait = true
        try end(attempt, attempts.count == 1 ? .crashed(death) : .suspected(death))
      } else {
        try end(attempt, .released(reason: "the jobs' process died of \(reason)"))
      }
    }
  }
}

extension AttemptInWork {
  fileprivate func death(_ reason: String) -> JobFailure {
    JobFailure(
      exitCode: 70,
      message: "job \(claimed.specification.name): its process died of \(reason), in stage "
        + "\"\(progress.stage)\": see the job's log")
  }
}
