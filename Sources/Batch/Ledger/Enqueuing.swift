import Foundation
import GRDB

/// Applies a plan to the ledger, in one transaction.
final class Enqueuing {
  private let transaction: LedgerTransaction
  private let plan: BatchPlan
  private let encoder = JSONEncoder()
  private var report = EnqueueReport()
  /// By the jobs' positions.
  private var entries: [Entry]

  /// A job's row, and what the manifest changed of it.
  private struct Entry {
    var id = 0
    var isNew = false
    var hasOtherText = false
  }

  init(transaction: LedgerTransaction, plan: BatchPlan) {
    self.transaction = transaction
    self.plan = plan
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    entries = [Entry](repeating: Entry(), count: plan.jobs.count)
  }

  func run() throws -> EnqueueReport {
    try enterBatch()
    try delist()
    for position in plan.jobs.indices { entries[position] = try enter(position) }
    try enterNeeds()
    for position in plan.order { try settle(plan.jobs[position], entries[position]) }
    return report
  }

  private func enterBatch() throws {
    try transaction.execute(
      """
      INSERT INTO batches (manifest, digest, added_at, enqueued_at) VALUES (?1, ?2, ?3, ?3)
      ON CONFLICT (manifest) DO UPDATE SET digest = ?2, enqueued_at = ?3
      """, [plan.manifest, plan.digest, transaction.now.wallSeconds])
    report.batch = try transaction.database.batch(ofManifest: plan.manifest)
  }

  private func delist() throws {
    report.gone = try transaction.database.jobs(
      ofBatch: report.batch, besides: Set(plan.jobs.map(\.specification.name)))
    for job in report.gone {
      try transaction.execute(
        "UPDATE jobs SET is_listed = 0 WHERE batch = ? AND name = ? AND is_listed",
        [report.batch, job.name])
    }
  }

  // MARK: What the manifest says

  private func enter(_ position: Int) throws -> Entry {
    let job = plan.jobs[position].specification
    let text = String(decoding: try encoder.encode(job), as: UTF8.self)
    let statement = try transaction.database.cachedStatement(
      sql: """
        SELECT id, state, output, position, is_listed, specification = ?3 FROM jobs
        WHERE batch = ?1 AND name = ?2
        """)
    guard let row = try Row.fetchOne(statement, arguments: [report.batch, job.name, text]) else {
      return try insert(plan.jobs[position], text, position)
    }
    var entry = Entry(id: row[0])
    entry.hasOtherText = row[5] == false && row[1] != JobState.running.rawValue
    if entry.hasOtherText { try replaceText(of: entry.id, job, text, oldOutput: row[2]) }
    if row[3] != position || row[4] == false {
      try transaction.execute(
        "UPDATE jobs SET position = ?, is_listed = 1 WHERE id = ?", [position, entry.id])
    }
    return entry
  }

  private func insert(_ planned: BatchPlan.Job, _ text: String, _ position: Int) throws -> Entry {
    let job = planned.specification
    let key: String? = if case .known(let key) = planned.key { key } else { nil }
    let state: JobState = job.needs.isEmpty ? .queued : .waiting
    try transaction.execute(
      """
      INSERT INTO jobs (batch, name, position, priority, state, changed_at, specification, output,
        key, owns_output)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
        EXISTS (SELECT 1 FROM jobs WHERE output = ?8 AND owns_output))
      """,
      [
        report.batch, job.name, position, job.priority, state.rawValue,
        transaction.now.wallSeconds, text, job.output, key,
      ])
    let id = Int(transaction.database.lastInsertedRowID)
    try transaction.change(id: id, name: job.name, from: nil, .added, to: state)
    return Entry(id: id, isNew: true)
  }

  private func replaceText(
    of id: Int, _ job: JobSpecification, _ text: String, oldOutput: String
  ) throws {
    try transaction.execute(
      "UPDATE jobs SET specification = ?, priority = ? WHERE id = ?", [text, job.priority, id])
    guard oldOutput != job.output else { return }
    // They lie beside the old output.
    try transaction.execute("DELETE FROM segments WHERE job = ?", [id])
    try transaction.execute(
      """
      UPDATE jobs SET output = ?1, made_key = NULL, made_sha256 = NULL, made_byte_count = NULL,
        made_modified_nanoseconds = NULL,
        owns_output = EXISTS (SELECT 1 FROM jobs WHERE output = ?1 AND owns_output)
      WHERE id = ?2
      """, [job.output, id])
  }

  private func enterNeeds() throws {
    let positions = plan.jobs.indices.filter { position in
      let entry = entries[position]
      return entry.hasOtherText || entry.isNew && !plan.jobs[position].specification.needs.isEmpty
    }
    guard !positions.isEmpty else { return }
    let byName = Dictionary(
      zip(plan.jobs.map(\.specification.name), entries.map(\.id)),
      uniquingKeysWith: { first, _ in first })
    for position in positions {
      let (job, id) = (plan.jobs[position].specification, entries[position].id)
      try transaction.execute("DELETE FROM needs WHERE job = ?", [id])
      for need in Set(job.needs) {
        guard let needed = byName[need] else {
          throw LedgerError.unknownNeed(job: job.name, need: need)
        }
        try transaction.execute("INSERT INTO needs (job, need) VALUES (?, ?)", [id, needed])
      }
      try transaction.execute(
        """
        UPDATE jobs SET unmet_needs = (
          SELECT count(*) FROM needs JOIN jobs AS needed ON needed.id = needs.need
          WHERE needs.job = ?1 AND needed.state <> 'succeeded')
        WHERE id = ?1
        """, [id])
    }
  }

  // MARK: What follows

  private func settle(_ planned: BatchPlan.Job, _ entry: Entry) throws {
    if entry.isNew {
      try begin(planned, entry)
    } else if let row = try transaction.job(entry.id) {
      try update(row, planned)
      guard entry.hasOtherText else { return }
      if row.state == .waiting || row.state == .queued {
        try takeOutput(planned.specification, row.id)
      }
      try transaction.followNeeds(ofJob: entry.id)
    }
  }

  private func begin(_ planned: BatchPlan.Job, _ entry: Entry) throws {
    switch planned.action {
    case .fail(let failure):
      guard let row = try transaction.job(entry.id) else { return }
      try fail(row, failure)
    case .adopt:
      guard let row = try transaction.job(entry.id), let made = planned.inherited else { return }
      try transaction.recordMade(made, job: entry.id)
      try transaction.change(row, .adopted, to: .succeeded)
      report.adopted += 1
    case .add, .keep, .change, .remake, .recheck:
      try takeOutput(planned.specification, entry.id)
      if !planned.specification.needs.isEmpty { try transaction.followNeeds(ofJob: entry.id) }
      report.added += 1
    }
  }

  /// Decides anew from what the ledger has now: the plan may be older.
  private func update(_ row: JobRow, _ planned: BatchPlan.Job) throws {
    let action = JobSituation(row).action(
      for: planned.key, output: planned.specification.output, condition: planned.condition,
      forces: plan.forces)
    switch action {
    case .change:
      try forget(row, planned)
      try transaction.makeReady(row, .changed)
      report.changed += 1
    case .remake(let reason):
      try forget(row, planned)
      if reason != .companionMissing {
        try transaction.execute("UPDATE jobs SET made_key = NULL WHERE id = ?", [row.id])
      }
      try transaction.makeReady(row, .outputLost, detail: reason.rawValue)
      report.remade += 1
    case .recheck:
      try transaction.makeReady(row, .needReopened)
      report.rechecked += 1
    case .fail(let failure):
      try fail(row, failure)
    case .keep, .add, .adopt:
      report.kept += 1
      if row.state == .succeeded { report.done += 1 }
      guard case .touched(let nanoseconds) = planned.condition else { return }
      try transaction.execute(
        "UPDATE jobs SET made_modified_nanoseconds = ? WHERE id = ?", [nanoseconds, row.id])
      return
    }
    if planned.willRun { try takeOutput(planned.specification, row.id) }
  }

  private func fail(_ row: JobRow, _ failure: JobFailure) throws {
    try transaction.execute(
      "UPDATE jobs SET failure_class = ?, failure_message = ? WHERE id = ?",
      [failure.failureClass.rawValue, failure.message, row.id])
    try transaction.change(row, .failed, to: .failed, detail: failure.message)
    report.failed[row.name] = failure.message
  }

  private func forget(_ row: JobRow, _ planned: BatchPlan.Job) throws {
    try transaction.forgetFailures(job: row.id)
    guard case .known(let key) = planned.key, row.key != key else { return }
    try transaction.execute("DELETE FROM segments WHERE job = ?", [row.id])
    try transaction.execute("UPDATE jobs SET key = ? WHERE id = ?", [key, row.id])
  }

  /// Sees that no other job is about to write this one's output; one that the manifest dropped gives way.
  private func takeOutput(_ job: JobSpecification, _ id: Int) throws {
    let statement = try transaction.database.cachedStatement(
      sql: """
        SELECT jobs.id, batch, is_listed, name, manifest, state FROM jobs
        JOIN batches ON batches.id = jobs.batch
        WHERE output = ? AND jobs.id <> ? AND state IN ('waiting', 'queued', 'running')
        """)
    for row in try Row.fetchAll(statement, arguments: [job.output, id]) {
      let state = try JobRow.state(row[5])
      guard row[1] == report.batch, row[2] == false, state != .running else {
        throw LedgerError.outputTaken(
          output: job.output, job: job.name, otherJob: row[3], manifest: row[4])
      }
      try transaction.change(
        id: row[0], name: row[3], from: state, .replaced, to: .cancelled, detail: job.name)
    }
  }
}
