import GRDB
public import MediaTypes

/// The libraries that only this module knows.
public enum BatchLibraries {
  public static var linked: [LinkedLibrary] {
    let version = try? DatabaseQueue().read {
      try String.fetchOne($0, sql: "SELECT sqlite_version()")
    }
    return [
      LinkedLibrary(
        name: "SQLite", version: version ?? "unknown", licence: "public domain",
        purpose: "ledgers of batches")
    ]
  }
}
