import GRDB

/// What decides a job's next change: its row without the specification.
struct JobRow {
  var id: Int
  var batch: Int
  var name: String
  var state: JobState
  var output: String
  var key: String?
  var isListed: Bool
  var unmetNeeds: Int
  var failures: Int
  var barren: Int
  var abandoned: Int
  var spentSeconds: Double
  var isSuspect: Bool
  var isCancelRequested: Bool
  var ownsOutput: Bool
  var failureClass: FailureClass?
  var failureMessage: String?
  var made: MadeOutput?

  static let columns = """
    id, batch, name, state, output, key, is_listed, unmet_needs, failures, barren, abandoned,
    spent_seconds, is_suspect, is_cancel_requested, owns_output, failure_class, failure_message,
    made_key, made_sha256, made_byte_count, made_modified_nanoseconds
    """

  init(_ row: Row) throws {
    id = row[0]
    batch = row[1]
    name = row[2]
    state = try Self.state(row[3])
    output = row[4]
    key = row[5]
    isListed = row[6]
    unmetNeeds = row[7]
    failures = row[8]
    barren = row[9]
    abandoned = row[10]
    spentSeconds = row[11]
    isSuspect = row[12]
    isCancelRequested = row[13]
    ownsOutput = row[14]
    failureClass = (row[15] as String?).flatMap(FailureClass.init)
    failureMessage = row[16]
    made = MadeOutput(row, from: 17)
  }

  static func state(_ text: String) throws -> JobState {
    guard let state = JobState(rawValue: text) else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "unknown state \(text)")
    }
    return state
  }
}
