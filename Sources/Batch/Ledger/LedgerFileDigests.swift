import GRDB

/// The digests of files that the ledger keeps.
struct LedgerFileDigests: FileDigestCache {
  /// Nil when there is no ledger yet: then nothing is known, and nothing kept.
  let database: LedgerDatabase?
  /// Whether what was read is kept; a mere look keeps nothing.
  var keeps = true

  func files(_ paths: [String]) throws(LedgerError) -> [String: KnownFile] {
    guard let database, !paths.isEmpty else { return [:] }
    return try database.read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT byte_count, modified_nanoseconds, changed_nanoseconds, inode, sha256
          FROM file_hashes WHERE path = ?
          """)
      var files: [String: KnownFile] = [:]
      for path in paths {
        guard let row = try Row.fetchOne(statement, arguments: [path]) else { continue }
        let stamp = FileStamp(
          byteCount: row[0], modifiedNanoseconds: row[1], changedNanoseconds: row[2],
          inode: row[3])
        files[path] = KnownFile(stamp: stamp, sha256: row[4])
      }
      return files
    }
  }

  func save(_ files: [String: KnownFile], at wallSeconds: Double) throws(LedgerError) {
    guard keeps, let database else { return }
    try database.write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO file_hashes (path, byte_count, modified_nanoseconds,
            changed_nanoseconds, inode, sha256, hashed_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """)
      for (path, file) in files {
        let stamp = file.stamp
        try statement.execute(
          arguments: [
            path, stamp.byteCount, stamp.modifiedNanoseconds, stamp.changedNanoseconds,
            stamp.inode, file.sha256, wallSeconds,
          ])
      }
    }
  }
}
