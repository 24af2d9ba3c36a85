public import Foundation
import MediaTypes

/// Where a ledger and what belongs to it lie.
public struct LedgerFiles: Sendable, Hashable {
  /// The SQLite file.
  public let ledger: String

  public init(ledger: String) { self.ledger = ledger }

  /// `$AVATAR_HOME/batch/ledger.sqlite`; the home is `$XDG_DATA_HOME/avatar` or `~/.local/share/avatar` where unset.
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> LedgerFiles {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let data = value("XDG_DATA_HOME") ?? "\(value("HOME") ?? NSHomeDirectory())/.local/share"
    return LedgerFiles(ledger: "\(value("AVATAR_HOME") ?? "\(data)/avatar")/batch/ledger.sqlite")
  }

  var folder: String { FilePath.folder(of: ledger) }
  var lock: String { ledger + ".lock" }
  /// SQLite's own: what takes back a transaction that was cut off.
  var journal: String { ledger + "-journal" }

  /// Where the log of a job is written.
  public func log(ofJob job: Int, name: String) -> String {
    let plain = name.unicodeScalars.map { scalar in
      let isPlain = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      return isPlain || ".-".unicodeScalars.contains(scalar) ? String(scalar) : "_"
    }
    return "\(folder)/logs/\(job)-\(plain.prefix(60).joined()).log"
  }
}
