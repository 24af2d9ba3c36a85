import GRDB

/// One transaction of a writer at one moment: every change of a job's state goes through here, with its event and with what
/// follows for the jobs that need it.
struct LedgerTransaction {
  let database: Database
  let now: Moment

  /// Runs a statement that is prepared once a connection.
  func execute(_ sql: String, _ arguments: StatementArguments = []) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func job(_ id: Int) throws -> JobRow? {
    let statement = try database.cachedStatement(
      sql: "SELECT \(JobRow.columns) FROM jobs WHERE id = ?")
    return try Row.fetchOne(statement, arguments: [id]).map(JobRow.init)
  }

  /// Changes the state of a job, which `row` describes as it is now.
  ///
  /// Throws `LedgerError.impossibleChange` when the change makes no sense from its state; nothing is written then.
  func change(
    _ row: JobRow, _ change: JobChange, to state: JobState, attempt: Int? = nil,
    detail: String? = nil
  ) throws {
    try self.change(
      id: row.id, name: row.name, from: row.state, change, to: state, attempt: attempt,
      detail: detail)
  }

  /// Makes a job wait if it has unmet needs, and queues it otherwise.
  func makeReady(
    _ row: JobRow, _ change: JobChange, attempt: Int? = nil, detail: String? = nil
  ) throws {
    let state: JobState = row.unmetNeeds > 0 ? .waiting : .queued
    try self.change(row, change, to: state, attempt: attempt, detail: detail)
  }

  func change(
    id: Int, name: String, from start: JobState?, _ change: JobChange, to end: JobState,
    attempt: Int? = nil, detail: String? = nil
  ) throws {
    try follow(
      try record(
        id: id, name: name, from: start, change, to: end, attempt: attempt, detail: detail))
  }

  /// Does what follows from a change.
  ///
  /// A list rather than recursion: chains of needs may be as long as the batch.
  private func follow(_ first: Step) throws {
    var steps = [first]
    while let step = steps.popLast() {
      steps += try consequences(of: step)
    }
  }

  /// Lets a job whose needs are others now wait, start, or fail.
  func followNeeds(ofJob id: Int) throws {
    guard let row = try job(id) else { return }
    let isDue = try Bool.fetchOne(
      database.cachedStatement(sql: "SELECT due_nanoseconds IS NULL FROM jobs WHERE id = ?"),
      arguments: [id])
    let need = try deadNeed(of: id)
    switch row.state {
    case .queued where row.unmetNeeds > 0:
      try change(row, .needReopened, to: .waiting)
    case .waiting where row.unmetNeeds == 0 && isDue == true:
      try change(row, .needsMet, to: .queued)
    case .waiting:
      guard let need else { return }
      try follow(try fail(id: id, name: row.name, becauseOf: need.name, which: need.state))
    case .failed where row.failureClass == .need && need == nil:
      try follow(try revive(id: id, name: row.name, unmetNeeds: row.unmetNeeds))
    default: break
    }
  }

  private struct Step {
    var id: Int
    var name: String
    var from: JobState?
    var to: JobState
  }

  private func record(
    id: Int, name: String, from start: JobState?, _ change: JobChange, to end: JobState,
    attempt: Int? = nil, detail: String? = nil
  ) throws -> Step {
    guard change.leads(from: start, to: end) else {
      throw LedgerError.impossibleChange(job: name, change: change, from: start)
    }
    if let start, start != end {
      try execute(
        "UPDATE jobs SET state = ?, changed_at = ? WHERE id = ?",
        [end.rawValue, now.wallSeconds, id])
    }
    try execute(
      """
      INSERT INTO events (job, attempt, at, change, from_state, to_state, detail)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """,
      [id, attempt, now.wallSeconds, change.rawValue, start?.rawValue, end.rawValue, detail])
    return Step(id: id, name: name, from: start, to: end)
  }

  /// What a change means for the jobs that need the changed one, and for itself where a need of its own is dead.
  private func consequences(of step: Step) throws -> [Step] {
    var steps: [Step] = []
    let (from, to) = (step.from, step.to)
    if from == .succeeded && to != .succeeded {
      steps += try moveDependents(step, in: "state = 'queued'", .needReopened, to: .waiting)
      try countNeed(step.id, by: 1)
    }
    if to == .succeeded && from != .succeeded {
      try countNeed(step.id, by: -1)
      let condition = "state = 'waiting' AND unmet_needs = 0 AND due_nanoseconds IS NULL"
      steps += try moveDependents(step, in: condition, .needsMet, to: .queued)
    }
    if to.isDead && from?.isDead != true {
      steps += try moveDependents(step, in: "state = 'waiting'", .needFailed, to: .failed)
    }
    if from?.isDead == true && !to.isDead { steps += try reviveDependents(of: step.id) }
    if to == .waiting { steps += try failIfNeedIsDead(step) }
    return steps
  }

  private func countNeed(_ need: Int, by difference: Int) throws {
    try execute(
      """
      UPDATE jobs SET unmet_needs = unmet_needs + ?
      WHERE id IN (SELECT job FROM needs WHERE need = ?)
      """, [difference, need])
  }

  private func moveDependents(
    _ step: Step, in condition: String, _ change: JobChange, to end: JobState
  ) throws -> [Step] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, name, state FROM needs JOIN jobs ON jobs.id = needs.job
        WHERE needs.need = ? AND \(condition)
        """)
    return try Row.fetchAll(statement, arguments: [step.id]).map { row in
      if end == .failed {
        return try fail(
          id: row[0], name: row[1], becauseOf: step.name, which: step.to)
      }
      return try record(
        id: row[0], name: row[1], from: JobRow.state(row[2]), change, to: end,
        detail: step.name)
    }
  }

  private func fail(
    id: Int, name: String, becauseOf need: String, which state: JobState
  ) throws -> Step {
    let reason = state == .failed ? "failed" : "was \(state.rawValue)"
    let message = "needs \(need), which \(reason)"
    try execute(
      """
      UPDATE jobs SET failure_class = ?, failure_message = ?, due_boot = NULL,
        due_nanoseconds = NULL WHERE id = ?
      """, [FailureClass.need.rawValue, message, id])
    return try record(
      id: id, name: name, from: .waiting, .needFailed, to: .failed, detail: message)
  }

  private func failIfNeedIsDead(_ step: Step) throws -> [Step] {
    guard try job(step.id)?.state == .waiting, let need = try deadNeed(of: step.id) else {
      return []
    }
    return [try fail(id: step.id, name: step.name, becauseOf: need.name, which: need.state)]
  }

  private func reviveDependents(of need: Int) throws -> [Step] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT id, name, unmet_needs FROM needs JOIN jobs ON jobs.id = needs.job
        WHERE needs.need = ? AND state = 'failed' AND failure_class = 'need'
        """)
    return try Row.fetchAll(statement, arguments: [need]).compactMap { row in
      guard try deadNeed(of: row[0]) == nil else { return nil }
      return try revive(id: row[0], name: row[1], unmetNeeds: row[2])
    }
  }

  private func revive(id: Int, name: String, unmetNeeds: Int) throws -> Step {
    try execute("UPDATE jobs SET failure_class = NULL, failure_message = NULL WHERE id = ?", [id])
    return try record(
      id: id, name: name, from: .failed, .needRevived, to: unmetNeeds > 0 ? .waiting : .queued)
  }

  private func deadNeed(of job: Int) throws -> (name: String, state: JobState)? {
    let statement = try database.cachedStatement(
      sql: """
        SELECT name, state FROM needs JOIN jobs ON jobs.id = needs.need
        WHERE needs.job = ? AND state IN ('failed', 'cancelled', 'quarantined') LIMIT 1
        """)
    return try Row.fetchOne(statement, arguments: [job]).map { row in
      (name: row[0], state: try JobRow.state(row[1]))
    }
  }
}
