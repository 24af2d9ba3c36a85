/// A library of the system that the program runs with, for `avatar doctor`.
public struct LinkedLibrary: Codable, Hashable, Sendable {
  public let name: String
  /// As the loaded library reports it.
  public let version: String
  public let licence: String
  /// What it is used for.
  public let purpose: String

  public init(name: String, version: String, licence: String, purpose: String) {
    self.name = name
    self.version = version
    self.licence = licence
    self.purpose = purpose
  }
}
