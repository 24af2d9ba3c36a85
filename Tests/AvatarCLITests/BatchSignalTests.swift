import Batch
import Foundation
import Glibc
import TestSupport
import Testing

/// Batches that are stopped, paused and killed from outside.
@Suite(.serialized, .enabled(if: CommandRun.binary != nil, "needs a built avatar"))
struct BatchSignalTests {
  @Test
  func `SIGTERM ends a batch with its segment, a second one at once, and the next run goes on`()
    throws
  {
    let workshop = try BatchWorkshop([("long", 60), ("short", 2)])
    for signals in [1, 2] {
      let run = try workshop.start()
      #expect(run.waits { workshop.hasUnfinishedSegment("long", of: run) })
      for _ in 0..<signals {
        run.signal(SIGTERM)
        usleep(20_000)
      }
      #expect(run.wait() == 143)
      #expect(try workshop.counts == [.queued: 2])
      let attempts = try workshop.attempts("long")
      #expect(attempts.count == signals && attempts.last?.outcome == .released)
    }
    let finished = try workshop.reader.histories(ofJob: "long").flatMap(\.segments)
    #expect(!finished.isEmpty && finished.count < 15)
    #expect(try workshop.run().status == 0)
    let after = try workshop.reader.histories(ofJob: "long").flatMap(\.segments)
    #expect(Set(after).isSuperset(of: finished), "finished segments are not made again")
    #expect(try workshop.outputs == workshop.undisturbed())
  }

  @Test func `a batch that is stopped and continued goes on as if nothing had happened`() throws {
    let workshop = try BatchWorkshop([("a", 30)], defaults: #""timeout": "1h""#)
    let run = try workshop.start()
    #expect(run.waits { workshop.hasSegment("a") })
    let processes = [run.identifier] + run.hosts
    #expect(processes.count == 2)
    for process in processes { kill(process, SIGSTOP) }
    sleep(3)
    for process in processes.reversed() { kill(process, SIGCONT) }
    #expect(run.wait() == 0)
    #expect(try workshop.attempts("a").map(\.outcome) == [.succeeded])
  }

  @Test func `children end within two seconds of their runner's death`() throws {
    let workshop = try BatchWorkshop([("a", 60)])
    let run = try workshop.start()
    #expect(run.waits { workshop.hasSegment("a") })
    let hosts = run.hosts
    #expect(hosts.count == 1)
    run.signal(SIGKILL)
    #expect(run.wait() == -SIGKILL)
    let end = ContinuousClock.now + .seconds(2)
    while hosts.contains(where: StartedRun.isAlive), ContinuousClock.now < end { usleep(10_000) }
    #expect(!hosts.contains(where: StartedRun.isAlive))
    #expect(try workshop.counts == [.running: 1])
  }

  @Test func `a second runner is told who works there, and exits with 75`() throws {
    let workshop = try BatchWorkshop([("a", 60)])
    let run = try workshop.start()
    #expect(run.waits { workshop.hasSegment("a") })
    let second = try workshop.run()
    #expect(second.status == 75)
    #expect(second.standardError.contains("in use by process \(run.identifier) since "))
    #expect(second.standardError.contains("batch run batch.json"))
    run.signal(SIGTERM)
    #expect(run.wait() == 143)
  }

  @Test func `a job that kills its process again and again is found among others and set aside`()
    throws
  {
    let workshop = try BatchWorkshop(
      [("guilty", 60), ("a", 8), ("b", 8), ("c", 8)],
      defaults: #""retries": {"limit": 9, "backoff": "0.1s"}"#)
    let run = try workshop.start(["--workers", "2"])
    var killed: Set<Int> = []
    while run.isRunning, killed.count < 20 {
      let guilty = try? workshop.reader.status().running.first { $0.name == "guilty" }
      if let guilty, !killed.contains(guilty.attempt), let host = run.hosts.first,
        workshop.hasUnfinishedSegment("guilty", of: run)
      {
        kill(host, SIGKILL)
        killed.insert(guilty.attempt)
      }
      usleep(2000)
    }
    #expect(run.wait() == 1)
    #expect(try workshop.counts == [.succeeded: 3, .quarantined: 1])
    #expect(try workshop.attempts("guilty").suffix(3).allSatisfy { $0.failureClass == .crash })
    for name in ["a", "b", "c"] {
      let outcomes = try workshop.attempts(name).map(\.outcome)
      #expect(outcomes.allSatisfy { [.suspected, .succeeded, .released].contains($0) })
    }
  }

  @Test func `time limits: of an attempt, and of the run`() throws {
    let workshop = try BatchWorkshop(
      [("slow", 600)], defaults: #""timeout": {"attempt": "2s"}, "retries": {"limit": 0}"#)
    let slow = try workshop.run()
    #expect(slow.status == 1)
    let failure = try workshop.attempts("slow").last
    #expect(failure?.failureClass == .timeout)
    #expect(failure?.message?.contains("took longer than its attempt timeout of 2.0 s") == true)
    let other = try BatchWorkshop([("slow", 600), ("never", 600)])
    #expect(try other.run(["--max-time", "2s"]).status == 75)
    #expect(try other.counts == [.queued: 2])
    #expect(try other.attempts("never").isEmpty)
  }
}
