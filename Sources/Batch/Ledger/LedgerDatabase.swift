import Foundation
import GRDB
import Glibc

/// The connection to a ledger's file: the one place where SQLite's errors become the ledger's.
final class LedgerDatabase: Sendable {
  /// What a connection is for.
  enum Purpose {
    /// Creates and converts the ledger, and checks that it is whole.
    case own
    /// Changes an existing ledger, perhaps while its owner works.
    case visit
    case read
  }

  let path: String
  private let queue: DatabaseQueue

  init(path: String, purpose: Purpose) throws(LedgerError) {
    self.path = path
    let exists = access(path, F_OK) == 0
    if purpose != .own && !exists { throw .missing(path: path) }
    do {
      queue = try Self.open(path, purpose)
      try queue.inDatabase { try Self.checkMarks($0, path, purpose) }
      if purpose == .own {
        if exists { try queue.inDatabase { try Self.checkWholeness($0, path) } }
        try LedgerSchema.migrator.migrate(queue)
      }
    } catch {
      throw Self.ledgerError(error, path: path)
    }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(LedgerError) -> Value {
    do { return try queue.read(body) } catch { throw Self.ledgerError(error, path: path) }
  }

  /// Runs `body` in one transaction that holds the write lock from its beginning.
  func write<Value>(_ body: (Database) throws -> Value) throws(LedgerError) -> Value {
    do { return try queue.write(body) } catch { throw Self.ledgerError(error, path: path) }
  }

  /// For what SQLite doesn't do in transactions.
  func withoutTransaction(_ body: (Database) throws -> Void) throws(LedgerError) {
    do {
      try queue.writeWithoutTransaction(body)
    } catch {
      throw Self.ledgerError(error, path: path)
    }
  }

  /// Gives free pages back to the disk.
  func compact() throws(LedgerError) {
    do { try queue.vacuum() } catch { throw Self.ledgerError(error, path: path) }
  }

  /// A reader opens for writing where it may, since only a writer can take back a transaction that was cut off.
  private static func open(_ path: String, _ purpose: Purpose) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "ledger"
    configuration.busyMode = .timeout(purpose == .read ? 10 : 30)
    configuration.readonly = purpose == .read && access(path, W_OK) != 0
    let isReadOnly = configuration.readonly
    configuration.prepareDatabase { database in
      if purpose == .read {
        try database.execute(sql: "PRAGMA query_only = 1")
      } else if !isReadOnly {
        try database.execute(
          sql: """
            PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA cache_size = -16000
            """)
      }
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Refuses files of other programs and of newer versions of this one.
  private static func checkMarks(
    _ database: Database, _ path: String, _ purpose: Purpose
  ) throws {
    let mark = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    let supported = LedgerSchema.version
    if mark != LedgerSchema.applicationIdentifier {
      let tables = try Int.fetchOne(
        database, sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT GLOB '*grdb_*'")
      guard mark == 0, tables == 0 else { throw LedgerError.foreign(path: path) }
      if purpose != .own { throw LedgerError.missing(path: path) }
    } else if version > supported {
      throw LedgerError.newer(path: path, version: version, supported: supported)
    } else if version < supported && purpose != .own {
      throw LedgerError.older(path: path, version: version, supported: supported)
    }
  }

  private static func checkWholeness(_ database: Database, _ path: String) throws {
    let complaint = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
    guard complaint == "ok" else { throw LedgerError.corrupt(path: path, reason: complaint) }
  }

  private static func ledgerError(_ error: any Error, path: String) -> LedgerError {
    if let error = error as? LedgerError { return error }
    guard let error = error as? DatabaseError else {
      return .statement(path: path, reason: "\(error)")
    }
    let reason = error.message ?? "\(error.resultCode)"
    return switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, reason: reason)
    case .SQLITE_FULL: .diskFull(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
    case .SQLITE_READONLY where error.extendedResultCode == .SQLITE_READONLY_DBMOVED:
      .replaced(path: path)
    case .SQLITE_READONLY, .SQLITE_PERM: .readOnly(path: path)
    case .SQLITE_CANTOPEN:
      access(path, F_OK) == 0
        ? .cannotOpen(path: path, reason: reason) : .cannotCreate(path: path, reason: reason)
    case .SQLITE_IOERR, .SQLITE_NOMEM: .inputOutput(path: path, reason: reason)
    default: .statement(path: path, reason: "\(reason), \(error.sql ?? "")")
    }
  }
}
