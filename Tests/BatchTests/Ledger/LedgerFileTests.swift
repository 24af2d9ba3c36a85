import Foundation
import GRDB
import Glibc
import MediaTypes
import Testing

@testable import Batch

/// The ledger as a file: locks, damage, other versions, full disks, other processes.
@Suite struct LedgerFileTests {
  let workshop = LedgerWorkshop()

  private func raw(_ sql: String) throws {
    let queue = try DatabaseQueue(path: workshop.files.ledger)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
  }

  @Test("a second runner is told who holds the ledger, and exits with 75")
  func lock() throws {
    do {
      let lock = try LedgerLock(
        workshop.files, command: "avatar batch run\nnight.yaml", clock: workshop.clock.clock)
      let error = #expect(throws: LedgerError.self) {
        _ = try LedgerLock(workshop.files, command: "avatar batch run")
      }
      #expect(error?.exitCode == .tryAgainLater)
      let text = try #require(error?.description)
      #expect(text.contains("in use by process \(getpid()) since 20"))
      #expect(text.contains("(avatar batch run night.yaml): wait for it"))
      _ = lock
    }
    _ = try LedgerLock(workshop.files, command: "avatar batch run")
  }

  @Test("a ledger that isn't there is named; readers and visitors make none")
  func missing() throws {
    for open in [{ _ = try LedgerReader($0) }, { _ = try LedgerControl($0) }]
      as [(LedgerFiles) throws -> Void]
    {
      #expect(throws: LedgerError.missing(path: workshop.files.ledger)) {
        try open(workshop.files)
      }
    }
    #expect(access(workshop.files.ledger, F_OK) != 0)
    #expect(throws: LedgerError.self) {
      _ = try LedgerLock(LedgerFiles(ledger: "/proc/no/ledger"), command: "")
    }
  }

  @Test("another program's file, and a newer format, are refused by name and left as they are")
  func strangers() throws {
    _ = try workshop.open()
    try raw("PRAGMA user_version = 9")
    let newer = LedgerError.newer(path: workshop.files.ledger, version: 9, supported: 1)
    #expect(throws: newer) { _ = try workshop.open() }
    #expect(throws: newer) { _ = try LedgerReader(workshop.files) }
    try raw("PRAGMA user_version = 0")
    #expect(
      throws: LedgerError.older(path: workshop.files.ledger, version: 0, supported: 1)
    ) { _ = try LedgerReader(workshop.files) }
    try raw("PRAGMA application_id = 5")
    let before = FileManager.default.contents(atPath: workshop.files.ledger)
    let foreign = LedgerError.foreign(path: workshop.files.ledger)
    #expect(throws: foreign) { _ = try workshop.open() }
    #expect(throws: foreign) { _ = try LedgerControl(workshop.files) }
    #expect(FileManager.default.contents(atPath: workshop.files.ledger) == before)
  }

  @Test("an empty file, such as a start that was cut off leaves, becomes a ledger")
  func emptyFile() throws {
    let lock = try LedgerLock(workshop.files, command: "test")
    try Data().write(to: URL(fileURLWithPath: workshop.files.ledger))
    #expect(throws: LedgerError.missing(path: workshop.files.ledger)) {
      _ = try LedgerReader(workshop.files)
    }
    let ledger = try Ledger(lock: lock)
    #expect(try ledger.reader.batches().isEmpty)
  }

  @Test("a damaged ledger is named with the way out, is not touched, and can be moved aside")
  func damage() throws {
    do {
      let ledger = try workshop.open()
      try workshop.enqueue(ledger, (0..<200).map { workshop.job("\($0)") })
    }
    let path = workshop.files.ledger
    var bytes = try #require(FileManager.default.contents(atPath: path))
    for offset in stride(from: 8192, to: bytes.count - 4096, by: 4096) {
      bytes.replaceSubrange(offset..<offset + 64, with: Data(repeating: 0xa5, count: 64))
    }
    for damaged in [bytes, Data("not a database at all, but long enough".utf8)] {
      try damaged.write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: LedgerError.self) { _ = try workshop.open() }
      guard case .corrupt(path: path, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.exitCode == .badInput && error?.description.contains("adopt") == true)
      #expect(FileManager.default.contents(atPath: path) == damaged)
    }
    let lock = try LedgerLock(workshop.files, command: "test")
    try Data("x".utf8).write(to: URL(fileURLWithPath: path + "-journal"))
    let aside = try Ledger.moveAside(lock)
    #expect(access(path, F_OK) != 0 && access(path + "-journal", F_OK) != 0)
    #expect(access(aside, F_OK) == 0 && access(aside + "-journal", F_OK) == 0)
    #expect(try Ledger(lock: lock).reader.batches().isEmpty)
  }

  @Test("outputs with their keys make a lost ledger whole again, where the keys are right")
  func adoption() throws {
    func jobs() -> [JobSpecification] {
      [
        workshop.job("a", setting: "1"), workshop.job("b", input: "a.out", needs: ["a"]),
        workshop.job("c"), workshop.job("d"),
      ]
    }
    var found: [FoundOutput] = []
    do {
      let ledger = try workshop.open()
      try workshop.enqueue(ledger, jobs())
      _ = try workshop.drain(ledger)
      for name in ["a", "b", "c", "d"] {
        let history = try #require(try ledger.reader.histories(ofJob: name).first)
        let path = history.summary.output
        found.append(
          FoundOutput(
            path: path, key: try #require(history.key),
            sha256: try #require(history.outputSHA256),
            byteCount: try FileStamp.read(path).stamp.byteCount, frameCount: 25))
      }
    }
    let lock = try LedgerLock(workshop.files, command: "test")
    _ = try Ledger.moveAside(lock)
    let ledger = try Ledger(lock: lock)
    try workshop.enqueue(ledger, jobs())
    found[3].key = "of other settings"
    #expect(try ledger.adopt(found) == ["a", "b", "c"])
    let report = try workshop.enqueue(ledger, jobs())
    #expect(report.done == 3 && report.changed == 0)
    #expect(try workshop.drain(ledger) == ["d"])
  }

  @Test("a full disk is a clear error, keeps the ledger whole, and is no obstacle afterwards")
  func fullDisk() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [workshop.job("first")])
    let events = try ledger.reader.latestEvent()
    try ledger.database.read { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      try database.execute(sql: "PRAGMA max_page_count = \(pages + 3)")
    }
    let jobs = (0..<500).map { workshop.job("\($0)") }
    let error = #expect(throws: LedgerError.self) { try workshop.enqueue(ledger, jobs) }
    #expect(error == .diskFull(path: workshop.files.ledger))
    #expect(error?.exitCode == .inputOutputError)
    #expect(try ledger.reader.latestEvent() == events)
    try ledger.database.read { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
    #expect(try workshop.enqueue(ledger, jobs).added == 500)
    let check = try ledger.database.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(check == "ok")
  }

  @Test("people may cancel and retry, and look, while the runner works")
  func severalConnections() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, (0..<60).map { workshop.job("\($0)") })
    let group = DispatchGroup()
    for number in 0..<2 {
      DispatchQueue.global().async(group: group) {
        do {
          let (control, reader) = (
            try LedgerControl(workshop.files), try LedgerReader(workshop.files)
          )
          for job in stride(from: number, to: 60, by: 2) {
            try control.cancel(JobSelection(names: ["\(job)"]))
            try control.retry(JobSelection(names: ["\(job)"]))
            #expect(try reader.status().counts.values.reduce(0, +) == 60)
          }
        } catch { Issue.record("\(error)") }
      }
    }
    var done = 0
    while done < 60 {
      guard let claim = try workshop.claim(ledger) else { continue }
      if try workshop.finish(ledger, claim).state == .succeeded { done += 1 }
    }
    group.wait()
    #expect(try ledger.reader.status().counts == [.succeeded: 60])
  }
}
