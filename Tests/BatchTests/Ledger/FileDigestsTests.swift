import Digests
import Foundation
import Glibc
import Testing

@testable import Batch

@Suite struct FileDigestsTests {
  let workshop = LedgerWorkshop()

  private func digests(_ ledger: Ledger) -> FileDigests { ledger.fileDigests() }

  @Test("a file is read once, until its size, time or place on disk changes")
  func readsOnce() throws {
    let ledger = try workshop.open()
    let path = try workshop.write("x", "abc")
    func hash() throws -> (String, Int) {
      let digests = digests(ledger)
      let digest = try digests.digest(of: path)
      try digests.save()
      return (digest, digests.hashedFileCount)
    }
    #expect(try hash() == (SHA256.digest(of: "abc"), 1))
    #expect(try hash() == (SHA256.digest(of: "abc"), 0))
    try workshop.write("x", "abd")
    #expect(try hash() == (SHA256.digest(of: "abd"), 1))
    // The same size and time, but another file, as copying tools put it there.
    let stamp = try FileStamp.read(path).stamp
    let other = try workshop.write("y", "abe")
    let seconds = stamp.modifiedNanoseconds / 1_000_000_000
    let time = timespec(
      tv_sec: seconds, tv_nsec: stamp.modifiedNanoseconds - seconds * 1_000_000_000)
    #expect(utimensat(AT_FDCWD, other, [time, time], 0) == 0)
    #expect(rename(other, path) == 0)
    #expect(try FileStamp.read(path).stamp.modifiedNanoseconds == stamp.modifiedNanoseconds)
    #expect(try hash() == (SHA256.digest(of: "abe"), 1))
    // The same file again, written in place and its time set back.
    try Data("abf".utf8).write(to: URL(fileURLWithPath: path))
    #expect(utimensat(AT_FDCWD, path, [time, time], 0) == 0)
    #expect(try hash() == (SHA256.digest(of: "abf"), 1))
  }

  @Test("a file touched within two seconds of its reading isn't trusted")
  func racyFiles() throws {
    let ledger = try workshop.open()
    let path = try workshop.write("x", "abc")
    let changed = Double(try FileStamp.read(path).stamp.changedNanoseconds) / 1e9
    workshop.clock.jumpWall(changed + 1.5 - workshop.clock.clock.now().wallSeconds)
    for _ in 0..<2 {
      let digests = digests(ledger)
      _ = try digests.digest(of: path)
      try digests.save()
      #expect(digests.hashedFileCount == 1)
    }
    workshop.clock.jumpWall(1)
    for count in [1, 0] {
      let digests = digests(ledger)
      _ = try digests.digest(of: path)
      try digests.save()
      #expect(digests.hashedFileCount == count)
    }
  }

  @Test("a folder is known by its files' names and contents, hidden files left out")
  func folders() throws {
    let ledger = try workshop.open()
    let folder = workshop.file("pictures")
    try FileManager.default.createDirectory(
      atPath: folder + "/inner", withIntermediateDirectories: true)
    func digest() throws -> String { try digests(ledger).digest(of: folder) }
    var seen: Set<String> = [try digest()]
    try workshop.write("pictures/1.png", "one")
    seen.insert(try digest())
    try workshop.write("pictures/inner/2.png", "two")
    seen.insert(try digest())
    let before = try digest()
    try workshop.write("pictures/.DS_Store", "noise")
    #expect(try digest() == before)
    #expect(rename(folder + "/1.png", folder + "/01.png") == 0)
    seen.insert(try digest())
    try workshop.write("pictures/01.png", "eno")
    seen.insert(try digest())
    #expect(seen.count == 5)
  }

  @Test("what is no file, and what can't be read, is named")
  func unusable() throws {
    let ledger = try workshop.open()
    let pipe = workshop.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(throws: LedgerError.unusableInput(path: pipe)) {
      try digests(ledger).digest(of: pipe)
    }
    #expect(throws: LedgerError.unreadableInput(path: "/no/such", number: ENOENT)) {
      try digests(ledger).digest(of: "/no/such")
    }
  }

  @Test("a job's key tells apart inputs, their order, identity and contact sheet")
  func keys() {
    func key(_ identity: String, _ digests: [String], _ sheet: Bool = false) -> String {
      OutputKey.make(identity: identity, inputDigests: digests, makesContactSheet: sheet)
    }
    let keys = [
      key("a", ["1", "2"]), key("a", ["2", "1"]), key("a", ["12"]), key("a", ["1"]),
      key("a1\n", ["2"]), key("a\n1", ["2"]), key("b", ["1", "2"]), key("a", ["1", "2"], true),
      key("", []),
    ]
    #expect(Set(keys).count == keys.count)
    // printf 'avatar job 1\n1 a\n1\n2\n' | sha256sum
    #expect(keys[0] == "40688a1ad078cdd90baf470246400e00c46457b17609021a3c158d86d8b76def")
  }
}
