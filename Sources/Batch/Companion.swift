/// A file that belongs beside a job's output, such as a contact sheet.
public struct Companion: Sendable, Hashable {
  /// Absolute.
  public var path: String
  /// What messages call it, such as "contact sheet".
  public var name: String

  public init(path: String, name: String) { (self.path, self.name) = (path, name) }

  /// Who made the file that lies at a companion's place.
  public enum Maker: Sendable, Hashable {
    /// A batch job of this key.
    case job(key: String)
    /// It holds just what the job would write there, so that it does not matter.
    case irrelevant
    /// Nobody that is known: the file is kept.
    case unknown
  }
}
