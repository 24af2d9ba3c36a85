import Testing

@testable import Batch

@Suite struct RunnerTests {
  private let clock = FakeClock()
  private let ledger = FakeLedger()
  private let notices = Notices()
  private let result = JobResult(sha256: "1", byteCount: 1, frameCount: 1, warnings: [])

  private final class Notices {
    var roomless: [String] = []
  }

  /// Runs the ledger's jobs; `stop` is what signals ask for, by the time since the start.
  private func run(
    workers: Int = 1, maximumSeconds: Double? = nil,
    free: @escaping (String) -> Int? = { _ in nil },
    stop: @escaping (Double) -> StopRequest = { _ in .none }
  ) throws -> (ending: RunnerEnding, hosts: Int) {
    var hosts = 0
    let clock = clock
    let start = clock.seconds
    let environment = RunnerEnvironment(
      clock: clock,
      makeHost: {
        hosts += 1
        return FakeHost(clock: clock)
      }, stopRequest: { stop(clock.seconds - start) }, freeByteCount: free)
    let runner = BatchRunner(
      ledger: ledger, settings: RunnerSettings(workers: workers, maximumSeconds: maximumSeconds),
      environment: environment,
      notice: { [notices] in
        if case .waitingForRoom(let folder) = $0 { notices.roomless.append(folder) }
      })
    return (try runner.run(), hosts)
  }

  private var timeoutMessages: [String] {
    ledger.endings.values.flatMap(\.self).compactMap {
      if case .timedOut(let failure, _) = $0 { failure.message } else { nil }
    }
  }

  @Test("jobs are done by one host, as many at once as there are workers")
  func doesAll() throws {
    for index in 0..<5 { ledger.add("\(index)", index == 3 ? "fail:65" : "succeed") }
    let (ending, hosts) = try run(workers: 2)
    #expect(ending == .nothingLeft && hosts == 1)
    #expect(ledger.mostInWork == 2)
    #expect(ledger.endings["0"] == [.succeeded(result)])
    #expect(ledger.endings["3"] == [.failed(JobFailure(exitCode: 65, message: "no"))])
    #expect(ledger.endings.count == 5)
  }

  @Test("when a host dies with several jobs, each is run alone and only the guilty one crashes")
  func findsTheGuiltyOne() throws {
    ledger.add("innocent", "wait", attemptTimeout: 30)
    ledger.add("guilty", "crash")
    ledger.add("later", "succeed")
    let (ending, hosts) = try run(workers: 2)
    #expect(ending == .nothingLeft && hosts == 3)
    for name in ["innocent", "guilty"] {
      guard case .suspected = ledger.endings[name]?.first else {
        Issue.record("\(name) was not suspected")
        return
      }
    }
    guard case .crashed(let failure) = ledger.endings["guilty"]?.last else {
      Issue.record("the guilty job was not found")
      return
    }
    #expect(failure.exitCode == 70)
    #expect(failure.message.hasPrefix("job guilty: its process died of signal 11"))
    #expect(ledger.endings["innocent"]?.count == 2)
    #expect(ledger.endings["later"] == [.succeeded(result)])
  }

  @Test(
    "an attempt that takes too long is stopped; one that won't stop is killed, and others are not blamed"
  )
  func timeouts() throws {
    ledger.add("slow", "wait", attemptTimeout: 5)
    #expect(try run().ending == .nothingLeft)
    #expect(
      timeoutMessages == [
        "job slow: took longer than its attempt timeout of 5.0 s, in stage \"starting\": "
          + "raise the timeout or split the job"
      ])
    ledger.add("hung", "hang", jobTimeout: 7)
    ledger.add("beside", "wait", attemptTimeout: 40)
    let (ending, hosts) = try run(workers: 2)
    #expect(ending == .nothingLeft && hosts == 2)
    guard case .timedOut(_, isFinal: true) = ledger.endings["hung"]?.last else {
      Issue.record("the hung job did not time out")
      return
    }
    #expect(
      ledger.endings["beside"]?.first
        == .released(reason: "the jobs' process died of signal 9 (Killed)"))
  }

  @Test("a first signal lets segments end, and what was not finished is released")
  func drains() throws {
    ledger.add("a", "wait")
    ledger.add("b", "succeed")
    let (ending, _) = try run(stop: { $0 > 3 ? .afterSegment : .none })
    #expect(ending == .interrupted)
    #expect(ledger.endings == ["a": [.released(reason: "stopped on request")]])
  }

  @Test("a second signal ends even a job that does not answer")
  func stopsAtOnce() throws {
    ledger.add("a", "hang")
    let (ending, _) = try run(stop: { $0 > 6 ? .now : $0 > 3 ? .afterSegment : .none })
    #expect(ending == .interrupted)
    #expect(clock.seconds < 1000 + 6 + 12)
    #expect(ledger.endings["a"]?.count == 1)
  }

  @Test("when the window is over, no further job begins")
  func window() throws {
    ledger.add("a", "wait")
    ledger.add("b", "succeed")
    #expect(try run(maximumSeconds: 4).ending == .timeOver)
    #expect(ledger.endings["b"] == nil && ledger.endings["a"]?.count == 1)
  }

  @Test("jobs of a full disk wait, told once, and those of others go on")
  func oneFullDisk() throws {
    for index in 0..<3 {
      ledger.add("full \(index)", "succeed", folder: "/full")
      ledger.add("good \(index)", "succeed", folder: "/good")
    }
    let ending = try run(workers: 2, free: { $0 == "/full" ? 1000 : 1 << 40 }).ending
    #expect(ending == .diskFull(folders: ["/full"]))
    #expect(ledger.endings.keys.sorted() == ["good 0", "good 1", "good 2"])
    #expect(ledger.queue.count == 3 && notices.roomless == ["/full"])
  }

  @Test("a disk that runs full drains its jobs alone, which are done once there is room")
  func diskRunsFull() throws {
    ledger.add("a", "wait", folder: "/full")
    ledger.add("b", "wait", attemptTimeout: 20)
    let clock = clock
    let start = clock.seconds
    let ending = try run(
      workers: 2,
      free: { folder in
        folder == "/full" && clock.seconds > start + 5 ? 1000 : 1 << 40
      }
    ).ending
    #expect(ending == .diskFull(folders: ["/full"]))
    #expect(ledger.endings["a"] == [.released(reason: "stopped on request")])
    guard case .timedOut = ledger.endings["b"]?.first else {
      Issue.record("b did not go on")
      return
    }
    #expect(notices.roomless == ["/full"])
  }

  @Test("a full disk stops before the next job, and drains those in work")
  func fullDisk() throws {
    ledger.add("a", "succeed")
    #expect(try run(free: { _ in 1000 }).ending == .diskFull(folders: ["/out"]))
    #expect(ledger.endings["a"] == nil)
    var free = 1 << 40
    ledger.queue = []
    ledger.add("b", "wait")
    let clock = clock
    let start = clock.seconds
    let ending = try run(free: { _ in
      if clock.seconds > start + 5 { free = 1000 }
      return free
    }).ending
    #expect(ending == .diskFull(folders: ["/out"]))
    #expect(ledger.endings["b"] == [.released(reason: "stopped on request")])
  }

  @Test("a cancelled job is stopped")
  func cancels() throws {
    ledger.add("a", "wait")
    ledger.cancelled = ["a"]
    #expect(try run().ending == .nothingLeft)
    #expect(ledger.endings["a"] == [.cancelled])
  }

  @Test("a host that is silent for a minute is taken for hung, and killed")
  func silence() throws {
    ledger.add("a", "hang")
    #expect(try run().ending == .nothingLeft)
    #expect((1060..<1065).contains(clock.seconds))
    guard case .crashed(let failure) = ledger.endings["a"]?.first else {
      Issue.record("the hung host was not killed")
      return
    }
    #expect(failure.message.contains("signal 9 (Killed)"))
  }

  @Test("an hour asleep is not an hour of work")
  func sleepsWithoutBlame() throws {
    ledger.add("a", "wait", attemptTimeout: 3600)
    var hasSlept = false
    let clock = clock
    let (ending, _) = try run(stop: { seconds in
      if seconds > 2, !hasSlept {
        hasSlept = true
        clock.seconds += 7200
      }
      return seconds > 7210 ? .afterSegment : .none
    })
    #expect(ending == .interrupted)
    #expect(ledger.endings["a"] == [.released(reason: "stopped on request")])
  }
}
