extension BatchRunner {
  /// Once a second: limits, cancelled jobs, room on disk, a silent host; more rarely the leases.
  func watch() throws {
    if wakingSeconds - lastLease >= 10 {
      lastLease = wakingSeconds
      try ledger.extendLeases(inWork.mapValues(\.progress))
    }
    guard wakingSeconds - lastWatch >= 1 else { return }
    lastWatch = wakingSeconds
    notice(.progress(inWork.values.map { ($0.claimed, $0.progress) }))
    for attempt in try ledger.cancelledAttempts() { stop(attempt, .now, .cancelled) }
    for (attempt, work) in inWork {
      if let reason = work.exceededLimit(at: wakingSeconds) { stop(attempt, .now, reason) }
    }
    let isOverdue = inWork.values.contains { ($0.killTime ?? .infinity) <= wakingSeconds }
    let isSilent = wakingSeconds - lastHeard > settings.silenceSeconds
    if isOverdue || isSilent { host?.kill() }
    watchRoom()
  }

  private func watchRoom() {
    guard ending == nil else { return }
    for attempt in inWork.keys.sorted() {
      guard let output = inWork[attempt]?.claimed.specification.output,
        room.isRunningOut(for: output, tell: { notice(.waitingForRoom(folder: $0)) })
      else { continue }
      stop(attempt, .afterSegment, .draining)
    }
  }
}
