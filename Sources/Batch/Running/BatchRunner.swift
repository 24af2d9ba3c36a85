/// Runs a ledger's jobs on a host until nothing is left, time is over or someone asks it to stop.
///
/// One thread does all of it: it claims jobs, listens to the host, watches limits, and writes to the ledger. Limits count waking
/// seconds: a runner that was stopped with SIGSTOP for an hour finds that a moment has passed.
final class BatchRunner {
  let ledger: any RunnerLedger
  let settings: RunnerSettings
  let environment: RunnerEnvironment
  let notice: (RunnerNotice) -> Void

  var host: (any JobHost)?
  var hostIsReady = false
  var inWork: [Int: AttemptInWork] = [:]
  /// Whether there may be jobs that were in work when a host died, each to be run alone once to find the guilty one.
  var suspectsWait = true
  /// The attempt of a suspect that is in work alone.
  private var triedAlone: Int?
  /// Set once no further job may be begun.
  var ending: RunnerEnding?
  var wakingSeconds = 0.0
  var lastHeard = 0.0
  private var lastTick: Double
  var lastLease = 0.0
  var lastWatch = 0.0
  var hostsThatNeverSpoke = 0
  var room: RoomWatch
  /// When the queue is looked through again, after a look that found only jobs without room.
  var nextLook = 0.0

  init(
    ledger: any RunnerLedger, settings: RunnerSettings, environment: RunnerEnvironment,
    notice: @escaping (RunnerNotice) -> Void
  ) {
    self.ledger = ledger
    self.settings = settings
    self.environment = environment
    self.notice = notice
    lastTick = environment.clock.seconds
    room = RoomWatch(environment, minimumFreeByteCount: settings.minimumFreeByteCount)
  }

  /// Runs to the end.
  ///
  /// After an error, such as a full disk under the ledger, the host is gone and the ledger holds what was done until then; the next run goes on from there.
  func run() throws -> RunnerEnding {
    defer { host?.kill() }
    while true {
      tick()
      obeyRequests()
      try beginJobs()
      if inWork.isEmpty {
        if let ending { return ending }
        guard let seconds = try ledger.secondsUntilNextStart() else {
          return room.fullFolders.isEmpty
            ? .nothingLeft : .diskFull(folders: room.fullFolders)
        }
        environment.clock.sleep(seconds: min(max(seconds, 0.01), 0.5))
        continue
      }
      for event in host?.receive(milliseconds: 200) ?? [] { try handle(event) }
      try watch()
    }
  }

  /// Lets time go on, by at most what a loop may take when the process is awake.
  private func tick() {
    let now = environment.clock.seconds
    wakingSeconds += min(max(now - lastTick, 0), 5)
    lastTick = now
  }

  /// Does what signals and the time window ask for.
  private func obeyRequests() {
    switch environment.stopRequest() {
    case .none:
      if let limit = settings.maximumSeconds, wakingSeconds >= limit, ending == nil {
        drain(.timeOver)
      }
    case .afterSegment:
      if ending != .interrupted { drain(.interrupted) }
    case .now:
      ending = .interrupted
      stopAll(.now, .draining)
    }
  }

  /// Begins no further job and ends those in work with their segment.
  func drain(_ ending: RunnerEnding) {
    self.ending = ending
    notice(.draining(ending))
    stopAll(.afterSegment, .draining)
  }

  private func stopAll(_ request: StopRequest, _ reason: AttemptInWork.StopReason) {
    for attempt in inWork.keys.sorted() { stop(attempt, request, reason) }
  }

  func stop(_ attempt: Int, _ request: StopRequest, _ reason: AttemptInWork.StopReason) {
    let killTime = request == .now ? wakingSeconds + settings.stopGraceSeconds : nil
    guard let command = inWork[attempt]?.stop(request, reason, killTime: killTime) else { return }
    host?.send(command)
  }

  // MARK: Beginning

  /// Fills the free places with jobs; suspects run alone, and before others.
  private func beginJobs() throws {
    guard wakingSeconds >= nextLook else { return }
    room.begin()
    defer { if !room.fullFolders.isEmpty { nextLook = wakingSeconds + 2 } }
    while ending == nil, inWork.count < settings.workers, !isTryingSuspect {
      if suspectsWait {
        guard inWork.isEmpty else { return }
        guard let suspect = try ledger.claimSuspect(where: hasRoom) else {
          suspectsWait = false
          continue
        }
        triedAlone = suspect.attempt
        return try begin(suspect)
      }
      guard let claimed = try ledger.claim(where: hasRoom) else {
        // A suspect's next attempt may have become due meanwhile.
        suspectsWait = inWork.isEmpty
        guard suspectsWait, let suspect = try ledger.claimSuspect(where: hasRoom) else { return }
        triedAlone = suspect.attempt
        return try begin(suspect)
      }
      try begin(claimed)
    }
  }

  private var isTryingSuspect: Bool { triedAlone.map { inWork[$0] != nil } ?? false }

  private func hasRoom(for output: String) -> Bool {
    room.hasRoom(for: output) { notice(.waitingForRoom(folder: $0)) }
  }

  private func begin(_ claimed: ClaimedAttempt) throws {
    if host == nil {
      host = try environment.makeHost()
      (hostIsReady, lastHeard) = (false, wakingSeconds)
    }
    inWork[claimed.attempt] = AttemptInWork(claimed, began: wakingSeconds)
    notice(.began(claimed))
    host?.send(
      .run(
        .init(
          attempt: claimed.attempt, job: claimed.specification, key: claimed.key,
          replacesOutput: claimed.replacesOutput)))
  }
}
