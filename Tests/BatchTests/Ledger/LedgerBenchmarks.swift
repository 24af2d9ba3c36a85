import Foundation
import GRDB
import Glibc
import Testing

@testable import Batch

/// Prints the times that docs/adr/0010 quotes: `AVATAR_BENCHMARK=1 swift test -c release --filter LedgerBenchmarks`.
///
/// Files lie in `AVATAR_BENCHMARK_FOLDER`, the system's temporary folder where unset.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["AVATAR_BENCHMARK"] != nil))
struct LedgerBenchmarks {
  let workshop = LedgerWorkshop(
    place: ProcessInfo.processInfo.environment["AVATAR_BENCHMARK_FOLDER"]
      ?? FileManager.default.temporaryDirectory.path)

  private func measure(_ what: String, _ body: () throws -> Void) rethrows -> Double {
    let (start, processor) = (ContinuousClock.now, clock())
    try body()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let processorSeconds = Double(clock() - processor) / Double(CLOCKS_PER_SEC)
    print("  \(what): \(seconds) s, of the processor \(processorSeconds) s")
    return seconds
  }

  @Test("100,000 jobs: enqueue, enqueue again, claim, status, reopen")
  func scale() throws {
    var jobs = (0..<100_000).map { number in
      workshop.job(
        "song \(number)", setting: "a setting of some length \(number)",
        needs: number % 10 == 9 ? ["song \(number - 1)"] : [])
    }
    let ledger = try workshop.open()
    print("  memory with the jobs: \(memory("VmRSS")) MiB")
    let seconds = try measure("enqueue") { try workshop.enqueue(ledger, jobs) }
    #expect(seconds < 20)
    _ = try measure("enqueue again") { try workshop.enqueue(ledger, jobs) }
    jobs = []
    print("  memory without them: \(memory("VmRSS")), at most: \(memory("VmHWM")) MiB")
    let reader = try LedgerReader(workshop.files)
    var times: [Double] = []
    for _ in 0..<5 { times.append(try measure("status") { _ = try reader.status() }) }
    #expect(times.min() ?? 1 < 0.3)
    _ = try measure("status in a new process") {
      _ = try LedgerReader(workshop.files).status(manifest: "/m.yaml")
    }
    _ = try measure("reopen and check") {
      _ = try LedgerDatabase(path: workshop.files.ledger, purpose: .own)
    }
    try claims(ledger)
    let size = try FileStamp.read(workshop.files.ledger).stamp.byteCount
    print("  ledger: \(size >> 20) MiB")
  }

  private func claims(_ ledger: Ledger) throws {
    for (name, pragma) in [
      ("EXTRA", "PRAGMA synchronous = EXTRA"), ("no sync", "PRAGMA synchronous = OFF"),
    ] {
      try ledger.database.withoutTransaction { try $0.execute(sql: pragma) }
      var times: [Double] = []
      for _ in 0..<50 {
        let start = ContinuousClock.now
        guard try workshop.claim(ledger) != nil else { break }
        times.append((ContinuousClock.now - start) / .milliseconds(1))
      }
      times.sort()
      print("  claim, \(name): median \(times[25]) ms, of ten nine below \(times[45]) ms")
      if name == "no sync" { #expect(times[25] < 2) }
    }
    try ledger.database.withoutTransaction { try $0.execute(sql: "PRAGMA synchronous = EXTRA") }
  }

  @Test("1,000 finished jobs: a run that does nothing")
  func nothingToDo() throws {
    let ledger = try workshop.open()
    let jobs = try (0..<1000).map { number in
      try workshop.write("in \(number)", String(repeating: "\(number)", count: 200_000))
      return workshop.job("\(number)", input: "in \(number)")
    }
    _ = try measure("plan and enqueue, nothing known") { try workshop.enqueue(ledger, jobs) }
    try ledger.database.withoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
    _ = try measure("do them, without sync") { _ = try workshop.drain(ledger) }
    try ledger.database.withoutTransaction { try $0.execute(sql: "PRAGMA synchronous = EXTRA") }
    var done: [Int] = []
    let seconds = try measure("nothing to do") {
      done.append(try workshop.enqueue(ledger, jobs).done)
    }
    _ = try measure("nothing to do, verified") {
      done.append(try workshop.enqueue(ledger, jobs, verifies: true).done)
    }
    #expect(seconds < 3 && done == [1000, 1000])
  }

  @Test("claims and commits by journal mode, interleaved")
  func journalModes() throws {
    let modes = [
      ("DELETE", "FULL"), ("DELETE", "EXTRA"), ("TRUNCATE", "FULL"), ("TRUNCATE", "EXTRA"),
      ("PERSIST", "FULL"), ("PERSIST", "EXTRA"), ("WAL", "FULL"), ("WAL", "NORMAL"),
    ]
    let jobs = (0..<1000).map { workshop.job("\($0)") }
    let workshops = modes.map { _ in LedgerWorkshop(place: workshop.folder) }
    let ledgers = try workshops.map { try $0.open() }
    var times = modes.map { _ in [Double]() }
    for ((mode, synchronous), (workshop, ledger)) in zip(modes, zip(workshops, ledgers)) {
      try workshop.enqueue(ledger, jobs)
      try ledger.database.withoutTransaction {
        try $0.execute(
          sql: "PRAGMA journal_mode = \(mode); PRAGMA synchronous = \(synchronous)")
      }
    }
    for _ in 0..<100 {
      for (index, ledger) in ledgers.enumerated() {
        let start = ContinuousClock.now
        _ = try workshops[index].claim(ledger)
        times[index].append((ContinuousClock.now - start) / .milliseconds(1))
      }
    }
    for (mode, times) in zip(modes, times.map { $0.sorted() }) {
      print("  \(mode.0) \(mode.1): median \(times[50]) ms, of ten nine below \(times[90]) ms")
    }
  }

  /// A line of /proc/self/status, in MiB.
  private func memory(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
    return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 1024
  }
}
