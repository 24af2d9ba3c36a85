import GRDB

/// The digests of files that the ledger keeps.
struct LedgerFileDigests: FileDigestCache {
  /// Nil when there is no ledger yet: then nothing is known, and nothing kept.
  let database: LedgerDatabase?
  /// Whether what was read is kept; a mere look keeps nothing.
  var keeps = true

  func sha256(ofFile path: String, stamp: FileStamp) throws(LedgerError) -> String? {
    try database?.read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT sha256 FROM file_hashes
          WHERE path = ? AND byte_count = ? AND modified_nanoseconds = ?
            AND changed_nanoseconds = ? AND inode = ?
          """)
      return try String.fetchOne(
        statement,
        arguments: [
          path, stamp.byteCount, stamp.modifiedNanoseconds, stamp.changedNanoseconds, stamp.inode,
        ])
    }
  }

  func save(
    _ digests: [String: (stamp: FileStamp, sha256: String)], at wallSeconds: Double
  ) throws(LedgerError) {
    guard keeps, let database else { return }
    try database.write { database in
      let statement = try database.cachedStatement(
        sql: """
          INSERT OR REPLACE INTO file_hashes (path, byte_count, modified_nanoseconds,
            changed_nanoseconds, inode, sha256, hashed_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """)
      for (path, (stamp, sha256)) in digests {
        try statement.execute(
          arguments: [
            path, stamp.byteCount, stamp.modifiedNanoseconds, stamp.changedNanoseconds,
            stamp.inode, sha256, wallSeconds,
          ])
      }
    }
  }
}
