import Foundation
import Testing

@testable import Batch

/// What people see of a ledger, and what pruning takes away.
@Suite struct LedgerReaderTests {
  let workshop = LedgerWorkshop()

  @Test("status tells counts, jobs in work with their rate, and the latest failures")
  func status() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, ["a", "b", "c", "d"].map { workshop.job($0) })
    for code in [65, 66] as [Int32] {
      let claim = try #require(try workshop.claim(ledger))
      workshop.clock.advance(1)
      _ = try workshop.fail(ledger, claim, exitCode: code)
    }
    let claim = try #require(try workshop.claim(ledger))
    func beat(_ stage: String, _ done: Int) throws {
      workshop.clock.advance(2)
      let progress = StageProgress(stage: stage, done: done, total: 100)
      _ = try ledger.heartbeat([claim.attempt: progress], leaseSeconds: 30)
    }
    try beat("faces", 100)
    try beat("rendering", 0)
    try beat("rendering", 10)
    try beat("rendering", 30)
    let segment = FinishedSegment(index: 0, count: 5, sha256: "d", byteCount: 1)
    try ledger.record(segment, attempt: claim.attempt)
    workshop.clock.advance(3)
    let status = try LedgerReader(workshop.files, clock: workshop.clock.clock).status()
    #expect(status.counts == [.failed: 2, .running: 1, .queued: 1])
    #expect(status.recentFailures.map(\.name) == ["b", "a"])
    #expect(status.recentFailures[0].failureClass == .missingInput)
    let running = try #require(status.running.first)
    #expect(running.name == "c" && running.worker == "w" && running.stage == "rendering")
    #expect(running.stepsDone == 30 && running.stepsTotal == 100 && running.stepsPerSecond == 7.5)
    #expect(running.runningSeconds == 11 && running.silentSeconds == 3)
    #expect(running.segmentsFinished == 1 && running.segmentCount == 5)
    #expect(status.nextDueSeconds == nil)
  }

  @Test("a job's history holds its attempts and every change, in order")
  func history() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [workshop.job("a")])
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)))
    workshop.clock.advance(3600)
    let claim = try #require(try workshop.claim(ledger))
    workshop.clock.advance(8)
    var result = try workshop.executor.make(claim.specification, key: claim.key)
    result.warnings = ["no face in 3 frames", "loud"]
    try ledger.end(claim.attempt, .succeeded(result))
    let history = try #require(try ledger.reader.histories(ofJob: "a").first)
    #expect(history.specification == claim.specification && history.key == claim.key)
    #expect(history.outputSHA256 == result.sha256)
    #expect(history.attempts.map(\.outcome) == [.failed, .succeeded])
    #expect(history.attempts[1].warnings == result.warnings && history.attempts[1].seconds == 8)
    #expect(
      history.events.map(\.change) == [
        .added, .claimed, .retryScheduled, .due, .claimed, .succeeded,
      ])
    let half = try ledger.reader.events(after: history.events[2].identifier)
    #expect(half == Array(history.events[3...]))
    #expect(throws: LedgerError.noSuchJob("z")) { try ledger.reader.histories(ofJob: "z") }
    #expect(throws: LedgerError.noSuchBatch(manifest: "/z")) {
      try ledger.reader.status(manifest: "/z")
    }
  }

  @Test("jobs and batches are listed apart, in order, in parts")
  func lists() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, ["a", "b", "c"].map { workshop.job($0) }, manifest: "/1")
    workshop.clock.advance(1)
    try workshop.enqueue(ledger, ["x", "y"].map { workshop.job($0) }, manifest: "/2")
    try ledger.control.cancel(JobSelection(manifest: "/1", names: ["b"]))
    #expect(try ledger.reader.jobs().map(\.name) == ["a", "b", "c", "x", "y"])
    #expect(try ledger.reader.jobs(limit: 2, offset: 2).map(\.name) == ["c", "x"])
    #expect(try ledger.reader.jobs(manifest: "/1", states: [.queued]).map(\.name) == ["a", "c"])
    let batches = try ledger.reader.batches()
    #expect(batches.map(\.manifest) == ["/2", "/1"])
    #expect(batches[1].counts == [.queued: 2, .cancelled: 1])
    let claimed = try ledger.claim(
      worker: "w", leaseSeconds: 1, executor: workshop.executor, batch: batches[0].identifier)
    guard case .claimed(let claim) = claimed else {
      Issue.record("nothing claimed")
      return
    }
    #expect(claim.specification.name == "x")
  }

  @Test("estimates come from what this machine took, by kind and between picture sizes")
  func rates() throws {
    let ledger = try workshop.open()
    let job = workshop.job("small")
    try workshop.enqueue(ledger, [job, workshop.job("large"), workshop.job("resumed")])
    for (pixels, seconds, segments) in [(100, 5.0, 0), (300, 15.0, 0), (300, 6.0, 2)] {
      let claim = try #require(try workshop.claim(ledger))
      for index in 0..<segments {
        let segment = FinishedSegment(index: index, count: 5, sha256: "d", byteCount: 1)
        try ledger.record(segment, attempt: claim.attempt)
      }
      workshop.clock.advance(seconds)
      let result = try workshop.executor.make(claim.specification, key: claim.key)
      let size = JobSize(seconds: 1, frameCount: 25, pixelsPerFrame: pixels)
      try ledger.end(claim.attempt, .succeeded(result), size: size)
    }
    let rates = try ledger.reader.rates()
    func seconds(_ pixels: Int) -> Double? {
      rates.estimate(
        job, size: JobSize(seconds: 4, frameCount: 100, pixelsPerFrame: pixels))?.seconds
    }
    // 25 frames of 100 pixels took 5 s; of 300 pixels, 25 and two fifths of 25 took 15 + 6 s.
    #expect(seconds(100) == 20 && seconds(50) == 20)
    #expect(seconds(300) == 60 && seconds(999) == 60)
    #expect(abs((seconds(200) ?? 0) - 40) < 1e-9)
    var other = job
    other.steps[0].kind = "speak"
    #expect(
      rates.estimate(other, size: JobSize(seconds: 1, frameCount: 1, pixelsPerFrame: 1)) == nil)
  }

  @Test("pruning takes what is of no more use, and what is done stays known as done")
  func pruning() throws {
    let ledger = try workshop.open()
    func daily(_ names: [String]) -> [JobSpecification] { names.map { workshop.job($0) } }
    try workshop.enqueue(ledger, daily(["once"]), manifest: "/old")
    let chain = [workshop.job("a"), workshop.job("b", needs: ["a"]), workshop.job("c")]
    try workshop.enqueue(ledger, chain)
    _ = try workshop.fail(ledger, try #require(try workshop.claim(ledger)))
    _ = try workshop.drain(ledger)
    workshop.clock.advance(3600)
    _ = try workshop.drain(ledger)
    let dropped = try workshop.enqueue(ledger, [workshop.job("c"), workshop.job("d")])
    #expect(dropped.gone.map(\.name) == ["a", "b"])
    let early = try ledger.prune(finishedBefore: workshop.clock.clock.now().wallSeconds - 7200)
    #expect(early.jobs.isEmpty && early.batches == 0 && early.events == 0)
    workshop.clock.advance(10)
    let report = try ledger.prune(finishedBefore: workshop.clock.clock.now().wallSeconds - 5)
    #expect(Set(report.jobs.map(\.name)) == ["once", "a", "b"] && report.batches == 1)
    #expect(report.events == 3)
    #expect(try workshop.states(ledger) == ["c": .succeeded, "d": .queued])
    #expect(try workshop.enqueue(ledger, [workshop.job("c"), workshop.job("d")]).done == 1)
    #expect(try workshop.drain(ledger) == ["d"])
  }

  @Test("pruning forgets digests of files that are gone, and gives the disk its room back")
  func compaction() throws {
    let ledger = try workshop.open()
    let jobs = try (0..<300).map { number in
      try workshop.write("in \(number)", "\(number)")
      return workshop.job("\(number)", input: "in \(number)")
    }
    try workshop.enqueue(ledger, jobs)
    try ledger.control.cancel(JobSelection())
    let before = try FileStamp.read(workshop.files.ledger).stamp.byteCount
    for number in 0..<300 {
      try FileManager.default.removeItem(atPath: workshop.file("in \(number)"))
    }
    workshop.clock.advance(1)
    let report = try ledger.prune(finishedBefore: workshop.clock.clock.now().wallSeconds)
    #expect(report.fileDigests == 300 && report.jobs.count == 300)
    #expect(try FileStamp.read(workshop.files.ledger).stamp.byteCount < before / 2)
  }

  @Test("the ledger's place follows the environment; logs get plain names")
  func places() {
    func place(_ environment: [String: String]) -> String {
      LedgerFiles.standard(environment: environment).ledger
    }
    #expect(place(["AVATAR_HOME": "/a", "HOME": "/h"]) == "/a/batch/ledger.sqlite")
    #expect(place(["AVATAR_HOME": "", "XDG_DATA_HOME": "/x"]) == "/x/avatar/batch/ledger.sqlite")
    #expect(place(["HOME": "/h"]) == "/h/.local/share/avatar/batch/ledger.sqlite")
    let files = LedgerFiles(ledger: "/l/ledger.sqlite")
    #expect(files.log(ofJob: 7, name: "../a b/ü.mp4") == "/l/logs/7-.._a_b_ü.mp4.log")
    let long = files.log(ofJob: 8, name: String(repeating: "x", count: 300))
    #expect(long == "/l/logs/8-\(String(repeating: "x", count: 60)).log")
  }
}
