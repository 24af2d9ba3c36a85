import Digests
import GRDB
import Glibc
import MediaTypes

/// What lies where a job is to write.
struct OutputPlaces {
  var hasOutput: Bool
  /// In the output's metadata.
  var outputKey: String?
  /// Whether all that belongs beside the output is there.
  var isComplete: Bool
  /// A file that no job of the ledger made: it is kept.
  var foreign: ForeignFile?
}

/// A file of someone else at a place where a job is to write.
struct ForeignFile {
  var path: String
  /// What belongs there, such as "output".
  var place: String

  var failure: JobFailure {
    JobFailure(
      exitCode: ExitCode.cannotCreateOutput.rawValue,
      message:
        "\(place) \(path): is there and was not made by this "
        + "batch: move it away, or name another output")
  }
}

extension JobExecutor {
  /// Whether all that belongs beside the output of `job` is there.
  func isComplete(_ job: JobSpecification) -> Bool {
    companions(of: job).allSatisfy { access($0.path, F_OK) == 0 }
  }
}

extension Ledger {
  /// Looks at the places of `job`, which is to be done under `key`.
  func look(
    at job: JobSpecification, key: String?, executor: any JobExecutor
  ) throws(LedgerError) -> OutputPlaces {
    try OutputOwnership(database: database, executor: executor, keys: Set([key].compactMap(\.self)))
      .look(at: job)
  }
}

/// Tells files that jobs of a ledger made from those of others, which are never replaced.
struct OutputOwnership {
  /// Nil when there is no ledger yet.
  let database: LedgerDatabase?
  let executor: any JobExecutor
  /// Keys of jobs that the ledger may not know yet.
  let keys: Set<String>

  /// What lies at the places of `job`.
  ///
  /// Throws `LedgerError`.
  func look(at job: JobSpecification) throws(LedgerError) -> OutputPlaces {
    let hasOutput = Self.isThere(job.output)
    let outputKey = hasOutput ? executor.jobKey(at: job.output) : nil
    var foreign: ForeignFile?
    if hasOutput, !(try knows(outputKey, job.output)), !(try knowsContents(of: job.output)) {
      foreign = ForeignFile(path: job.output, place: "output")
    }
    for companion in executor.companions(of: job)
    where foreign == nil && Self.isThere(companion.path) {
      if try !knows(companion, of: job) {
        foreign = ForeignFile(path: companion.path, place: companion.name)
      }
    }
    return OutputPlaces(
      hasOutput: hasOutput, outputKey: outputKey, isComplete: executor.isComplete(job),
      foreign: foreign)
  }

  private static func isThere(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0
  }

  private func knows(
    _ companion: Companion, of job: JobSpecification
  ) throws(LedgerError) -> Bool {
    switch executor.maker(of: companion, beside: job) {
    case .irrelevant: true
    case .unknown: false
    case .job(let key): try knows(key, job.output)
    }
  }

  /// Whether `key` is or was that of a job; those at `output` are looked at first, along an index.
  private func knows(_ key: String?, _ output: String) throws(LedgerError) -> Bool {
    guard let key else { return false }
    if keys.contains(key) { return true }
    guard let database else { return false }
    let sql = """
      SELECT
        EXISTS (SELECT 1 FROM jobs WHERE output = ?1 AND (key = ?2 OR made_key = ?2))
        OR EXISTS (SELECT 1 FROM jobs JOIN attempts ON attempts.job = jobs.id
          WHERE output = ?1 AND attempts.key = ?2)
        OR EXISTS (SELECT 1 FROM jobs WHERE key = ?2 OR made_key = ?2)
        OR EXISTS (SELECT 1 FROM attempts WHERE key = ?2)
      """
    return try database.read { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: sql), arguments: [output, key]) ?? false
    }
  }

  /// Whether the ledger has the digest of the file at `path` as that of an output.
  private func knowsContents(of path: String) throws(LedgerError) -> Bool {
    guard let database, let (stamp, kind) = try? FileStamp.read(path), kind == .file else {
      return false
    }
    let digests = try database.read { database in
      try String.fetchSet(
        database.cachedStatement(
          sql: "SELECT made_sha256 FROM jobs WHERE made_byte_count = ? AND made_sha256 IS NOT NULL"),
        arguments: [stamp.byteCount])
    }
    guard !digests.isEmpty, let digest = try? SHA256.digest(ofFile: path) else { return false }
    return digests.contains(digest)
  }
}
