import Digests
public import Foundation
import MediaTypes

/// Where a ledger and what belongs to it lie.
public struct LedgerFiles: Sendable, Hashable {
  /// The SQLite file.
  public let ledger: String

  public init(ledger: String) { self.ledger = ledger }

  /// `batch/ledger.sqlite` in the program's home.
  public static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> LedgerFiles {
    LedgerFiles(ledger: "\(AvatarHome.folder(environment: environment))/batch/ledger.sqlite")
  }

  var folder: String { FilePath.folder(of: ledger) }
  var lock: String { ledger + ".lock" }
  /// SQLite's own: what takes back a transaction that was cut off.
  var journal: String { ledger + "-journal" }

  /// Where the log of the job `name` of `manifest` is written: the same place with a new ledger.
  public func log(ofJob name: String, manifest: String) -> String {
    let plain = name.unicodeScalars.map { scalar in
      let isPlain = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      return isPlain || ".-".unicodeScalars.contains(scalar) ? String(scalar) : "_"
    }
    let digest = SHA256.digest(of: "\(manifest)\n\(name)").prefix(12)
    return "\(folder)/logs/\(plain.prefix(60).joined())-\(digest).log"
  }
}
