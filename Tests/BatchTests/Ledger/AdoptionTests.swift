import Foundation
import GRDB
import Testing

@testable import Batch

/// Ledgers made anew from outputs.
@Suite struct AdoptionTests {
  let workshop = LedgerWorkshop()

  /// Outputs that name their keys, for jobs of which a ledger knows the keys.
  private func makeOutputs(_ jobs: [JobSpecification]) throws {
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, jobs)
    for job in jobs {
      let key = try #require(try ledger.reader.histories(ofJob: job.name).first?.key)
      try workshop.write("\(job.name).out", "key \(key)")
    }
  }

  private func adopt(_ jobs: [JobSpecification]) throws -> (Adoption, Ledger) {
    let lock = try LedgerLock(workshop.files, command: "test")
    let opened = try Adoption.open(lock)
    var adoption = Adoption()
    adoption.movedAside = opened.movedAside
    var heard: [Int] = []
    try adoption.adopt(
      ExpandedManifest(path: "/m.yaml", digest: "d", jobs: jobs), into: opened.ledger,
      executor: workshop.executor
    ) { done, _ in heard.append(done) }
    #expect(heard == Array(1...max(heard.count, 1)).filter { $0 <= heard.count })
    return (adoption, opened.ledger)
  }

  @Test func `a damaged ledger is moved aside and made anew from what fits`() throws {
    let jobs = (0..<120).map { workshop.job("\($0)") }
    try makeOutputs(jobs)
    try Data("damaged".utf8).write(to: URL(fileURLWithPath: workshop.files.ledger))
    try FileManager.default.removeItem(atPath: workshop.file("1.out"))
    try workshop.write("2.out", "made by hand")
    try workshop.write("3.out", "key of something else")
    let (adoption, ledger) = try adopt(jobs)
    let aside = try #require(adoption.movedAside)
    #expect(try String(contentsOfFile: aside, encoding: .utf8) == "damaged")
    #expect(adoption.adopted.count == 117 && adoption.missingCount == 1)
    #expect(
      adoption.refused == [
        Adoption.Refusal(job: "2", output: workshop.file("2.out"), reason: .notMadeByBatch),
        Adoption.Refusal(job: "3", output: workshop.file("3.out"), reason: .otherKey),
      ])
    #expect(try workshop.enqueue(ledger, jobs).done == 117)
    #expect(try workshop.drain(ledger) == ["1"])
    #expect(try workshop.state(ledger, "2") == .failed)
    #expect(try String(contentsOfFile: workshop.file("2.out"), encoding: .utf8) == "made by hand")
  }

  @Test func `a whole ledger is added to, again without change`() throws {
    let jobs = [workshop.job("a"), workshop.job("b")]
    try makeOutputs(jobs)
    #expect(try adopt(jobs).0.adopted == ["a", "b"])
    let (again, _) = try adopt(jobs)
    #expect(again.knownCount == 2 && again.adopted.isEmpty && again.movedAside == nil)
  }

  @Test func `an output of a job that can't be done here any more is taken at its word`() throws {
    try workshop.write("a.out", "key of old")
    let jobs = [workshop.job("a", setting: "impossible")]
    #expect(try adopt(jobs).0.adopted == ["a"])
  }

  @Test func `a file of another program stays where it is`() throws {
    try FileManager.default.createDirectory(
      atPath: workshop.file("batch"), withIntermediateDirectories: true)
    let database = try LedgerDatabase(path: workshop.files.ledger, purpose: .own)
    try database.write { try $0.execute(sql: "PRAGMA application_id = 7") }
    let error = #expect(throws: LedgerError.self) { _ = try adopt([]) }
    #expect(error == .foreign(path: workshop.files.ledger))
  }
}
