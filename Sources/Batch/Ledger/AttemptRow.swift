import GRDB

/// An attempt that is in work.
struct AttemptRow {
  var id: Int
  var job: Int
  var key: String?
  var boot: String
  /// Seconds since 1970.
  var startedAt: Double
  var startedNanoseconds: Int
  var heartbeatNanoseconds: Int
  var newSegments: Int
  var segmentCount: Int?
  var stage: String?

  static let columns = """
    id, job, key, boot, started_at, started_nanoseconds, heartbeat_nanoseconds, new_segments, segment_count,
    stage
    """

  init(_ row: Row) {
    id = row[0]
    job = row[1]
    key = row[2]
    boot = row[3]
    startedAt = row[4]
    startedNanoseconds = row[5]
    heartbeatNanoseconds = row[6]
    newSegments = row[7]
    segmentCount = row[8]
    stage = row[9]
  }

  /// How long the attempt has run; up to its last sign of life when the machine was started anew since.
  func seconds(at now: Moment) -> Double {
    let end = now.boot == boot ? now.monotonicNanoseconds : heartbeatNanoseconds
    return Double(max(0, end - startedNanoseconds)) / 1e9
  }
}

extension LedgerTransaction {
  /// The attempt, while it is in work.
  ///
  /// Throws `LedgerError.attemptEnded` otherwise.
  func attemptInWork(_ id: Int) throws -> AttemptRow {
    let statement = try database.cachedStatement(
      sql: "SELECT \(AttemptRow.columns) FROM attempts WHERE id = ? AND ended_at IS NULL")
    guard let row = try Row.fetchOne(statement, arguments: [id]) else {
      throw LedgerError.attemptEnded(attempt: id)
    }
    return AttemptRow(row)
  }

  /// The attempts in work: all of them, or those whose lease has run out or is of an earlier boot.
  func attemptsInWork(expiredOnly: Bool) throws -> [AttemptRow] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT \(AttemptRow.columns) FROM attempts
        WHERE ended_at IS NULL AND (NOT ? OR boot <> ? OR lease_nanoseconds < ?)
        ORDER BY id
        """)
    return try Row.fetchAll(
      statement, arguments: [expiredOnly, now.boot, now.monotonicNanoseconds]
    ).map(AttemptRow.init)
  }
}
