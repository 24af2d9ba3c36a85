import GRDB
import Testing

@testable import Batch

@Suite struct JobStateTests {
  /// What may happen, written down once more: from (nil is a new job), change, to.
  private static let allowed: Set<String> = Set(
    """
    new added queued | new added waiting
    waiting changed queued | waiting changed waiting | queued changed queued | queued changed waiting
    succeeded changed queued | succeeded changed waiting | failed changed queued | failed changed waiting
    cancelled changed queued | cancelled changed waiting | quarantined changed queued
    quarantined changed waiting
    succeeded outputLost queued | succeeded outputLost waiting
    queued needReopened queued | queued needReopened waiting | succeeded needReopened queued
    succeeded needReopened waiting
    waiting needsMet queued | waiting due queued | waiting needFailed failed
    failed needRevived queued | failed needRevived waiting
    queued claimed running | running cancelRequested running | running succeeded succeeded
    waiting unchanged succeeded | queued unchanged succeeded
    waiting failed failed | queued failed failed | running failed failed | succeeded failed failed
    running retryScheduled waiting
    running released queued | running released waiting | running abandoned queued
    running abandoned waiting | running suspected queued | running suspected waiting
    running quarantined quarantined
    waiting cancelled cancelled | queued cancelled cancelled | running cancelled cancelled
    waiting replaced cancelled | queued replaced cancelled
    failed retried queued | failed retried waiting | cancelled retried queued
    cancelled retried waiting | quarantined retried queued | quarantined retried waiting
    waiting adopted succeeded | queued adopted succeeded | failed adopted succeeded
    cancelled adopted succeeded | quarantined adopted succeeded
    """.split(whereSeparator: { $0 == "|" || $0 == "\n" }).map {
      $0.split(separator: " ").joined(separator: " ")
    })

  @Test("the table allows what makes sense and nothing else, over all states and changes")
  func table() {
    var found: Set<String> = []
    for from in JobState.allCases as [JobState?] + [nil] {
      for change in JobChange.allCases {
        for to in JobState.allCases where change.leads(from: from, to: to) {
          found.insert("\(from?.rawValue ?? "new") \(change.rawValue) \(to.rawValue)")
        }
      }
    }
    #expect(found.subtracting(Self.allowed) == [])
    #expect(Self.allowed.subtracting(found) == [])
  }

  @Test("the ledger refuses each impossible change and leaves no trace of it")
  func refusal() throws {
    let workshop = LedgerWorkshop()
    let ledger = try workshop.open()
    try workshop.enqueue(ledger, [workshop.job("a")])
    for from in JobState.allCases {
      try ledger.write { transaction in
        try transaction.execute("UPDATE jobs SET state = ?", [from.rawValue])
        let row = try #require(try transaction.job(1))
        for change in JobChange.allCases {
          for to in JobState.allCases where !change.leads(from: from, to: to) {
            #expect(throws: LedgerError.impossibleChange(job: "a", change: change, from: from)) {
              try transaction.change(row, change, to: to)
            }
          }
        }
        #expect(try transaction.job(1)?.state == from)
      }
    }
    #expect(try ledger.reader.events(after: 0).count == 1)
  }
}
