import Foundation
import GRDB
import Glibc
import MediaTypes
import Testing

@testable import Batch

/// Processes that die, and disks and permissions that don't play along.
@Suite(.serialized) struct LedgerCrashTests {
  let workshop = LedgerWorkshop()

  /// Does jobs and kills itself `microseconds` after `count` of them; writes a byte for each that the ledger has confirmed.
  static func work(folder: String, count: Int, microseconds: UInt32) throws {
    let workshop = LedgerWorkshop(existing: folder)
    let ledger = try workshop.open()
    _ = try ledger.recover(expiredOnly: false)
    let confirmed = open(workshop.file("confirmed"), O_WRONLY | O_APPEND | O_CREAT, 0o600)
    var done = 0
    while true {
      guard let claim = try workshop.claim(ledger) else {
        try workshop.enqueue(ledger, workshop.crashJobs, forces: true)
        continue
      }
      try ledger.record(
        FinishedSegment(index: 0, count: 1, sha256: "d", byteCount: 1), attempt: claim.attempt)
      try workshop.finish(ledger, claim)
      write(confirmed, "x", 1)
      done += 1
      if done == count {
        Thread.detachNewThread {
          usleep(microseconds)
          kill(getpid(), SIGKILL)
        }
      }
    }
  }

  @Test("kill -9 at any moment loses nothing that was confirmed, and leaves the ledger whole")
  func kills() async throws {
    do {
      let ledger = try workshop.open()
      try workshop.enqueue(ledger, workshop.crashJobs)
    }
    let folder = workshop.folder
    var random = SplitMix64(state: 42)
    for _ in 0..<12 {
      let count = Int.random(in: 1...9, using: &random)
      let microseconds = UInt32.random(in: 0...9000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [folder = folder as String, count = count as Int, microseconds = microseconds as UInt32] in
        try LedgerCrashTests.work(folder: folder, count: count, microseconds: microseconds)
      }
      try checkAfterKill()
    }
    let ledger = try workshop.open()
    let check = try ledger.database.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(check == "ok")
  }

  private func checkAfterKill() throws {
    let reader = try LedgerReader(workshop.files)
    #expect(try reader.status().counts.values.reduce(0, +) == workshop.crashJobs.count)
    let confirmed = try FileStamp.read(workshop.file("confirmed")).stamp.byteCount
    let recorded = try reader.database.read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM events WHERE change = 'succeeded'") ?? 0
    }
    #expect(confirmed > 0 && (recorded == confirmed || recorded == confirmed + 1))
    // What the kill fell upon counts as confirmed from here on.
    let handle = try #require(FileHandle(forWritingAtPath: workshop.file("confirmed")))
    try handle.seekToEnd()
    handle.write(Data(String(repeating: "x", count: recorded - confirmed).utf8))
    try handle.close()
  }

  @Test("a transaction that was cut off in the middle of the file is taken back, by a reader too")
  func hotJournal() throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, (0..<500).map { workshop.job("\($0)") })
    let copy = LedgerFiles(ledger: workshop.file("copy.sqlite"))
    try ledger.database.withoutTransaction { database in
      try database.execute(sql: "PRAGMA cache_size = 5; BEGIN; UPDATE jobs SET state = 'failed'")
      let files = FileManager.default
      try files.copyItem(atPath: workshop.files.ledger, toPath: copy.ledger)
      try files.copyItem(atPath: workshop.files.journal, toPath: copy.journal)
      try database.execute(sql: "ROLLBACK")
    }
    let journal = try #require(FileManager.default.contents(atPath: copy.journal))
    #expect(journal.prefix(8) == Data([0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]))
    #expect(try LedgerReader(copy).status().counts == [.queued: 500])
    #expect(access(copy.journal, F_OK) != 0)
  }

  @Test("a full disk under the journal is named, and the ledger goes on when there is room")
  func smallDisk() throws {
    let disk = workshop.file("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    guard geteuid() == 0, mount("tmpfs", disk, "tmpfs", 0, "size=400k") == 0 else { return }
    defer { umount2(disk, Int32(MNT_DETACH)) }
    let small = LedgerWorkshop(existing: disk)
    let ledger = try small.open()
    var added = 0
    let error = #expect(throws: LedgerError.self) {
      while added < 10_000 {
        try small.enqueue(
          ledger, (added..<added + 20).map { small.job("\($0)") }, manifest: "/\(added)")
        added += 20
      }
    }
    #expect(error == .diskFull(path: small.files.ledger))
    #expect(try ledger.reader.status().counts == [.queued: added])
    #expect(mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT), "size=4m") == 0)
    #expect(
      try small.enqueue(ledger, [small.job("one more")], manifest: "/more").added == 1)
    let check = try ledger.database.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
    #expect(check == "ok")
  }

  @Test("a write that the system refuses is an I/O error, and nothing is half done")
  func failingWrites() async throws {
    do {
      let ledger = try workshop.open()
      try workshop.enqueue(ledger, [workshop.job("a")])
    }
    let folder = workshop.folder
    await #expect(processExitsWith: .exitCode(74)) { [folder = folder as String] in
      let workshop = LedgerWorkshop(existing: folder)
      let ledger = try workshop.open()
      signal(SIGXFSZ, SIG_IGN)
      let size = try FileStamp.read(workshop.files.ledger).stamp.byteCount
      var limit = rlimit(rlim_cur: UInt(size) + 8192, rlim_max: UInt(size) + 8192)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      do {
        try workshop.enqueue(ledger, (0..<500).map { workshop.job("\($0)") }, manifest: "/n")
      } catch let error as LedgerError {
        exit(error.exitCode.rawValue)
      }
    }
    let ledger = try workshop.open()
    #expect(try ledger.reader.status().counts == [.queued: 1])
  }

  @Test("without permission to write, people may look but not change, and are told so")
  func permissions() async throws {
    do {
      let ledger = try workshop.open()
      try workshop.enqueue(ledger, [workshop.job("a")])
    }
    chmod(workshop.folder, 0o555)
    chmod(workshop.files.folder, 0o555)
    chmod(workshop.files.ledger, 0o444)
    chmod(workshop.files.lock, 0o444)
    let folder = workshop.folder
    await #expect(processExitsWith: .exitCode(0)) { [folder = folder as String] in
      if geteuid() == 0 { precondition(setuid(65534) == 0) }
      let files = LedgerWorkshop(existing: folder).files
      guard try LedgerReader(files).status().counts == [.queued: 1] else { exit(3) }
      do {
        try LedgerControl(files).cancel(JobSelection())
        exit(1)
      } catch LedgerError.readOnly(files.ledger) {}
      do {
        _ = try LedgerLock(files, command: "test")
        exit(2)
      } catch LedgerError.cannotCreate {}
      exit(0)
    }
    chmod(workshop.folder, 0o755)
    chmod(workshop.files.folder, 0o755)
  }
}

extension LedgerWorkshop {
  var crashJobs: [JobSpecification] {
    (0..<30).map { job("\($0)", needs: $0 % 5 == 4 ? ["\($0 - 1)"] : []) }
  }
}
