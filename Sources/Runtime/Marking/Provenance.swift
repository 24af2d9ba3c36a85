/// What an output says about where it comes from.
public struct Provenance: Sendable, Hashable {
  /// Who answers for the content: a name, or the provider's registered code.
  public var producer = Provenance.defaultProducer
  /// The producer's number for this content; nil is derived from the content itself.
  public var contentID: String?
  /// Whether the output holds the command that repeats it, with the names of the inputs.
  public var recordsCommand = true
  /// Paths in that command are written relative to this folder; nil writes them as they were given.
  public var commandFolder: String?
  /// The key of the batch job that made the output.
  public var jobKey: String?

  public init() {}

  public static let defaultProducer = "avatar"

  /// The part of a job's key that stands for these values.
  ///
  /// Where `commandFolder` lies decides nothing: only how the inputs lie from there.
  var key: String {
    let values = [producer, contentID ?? "", jobKey ?? ""]
    return "provenance \(values.map(JSONText.quoted).joined(separator: " ")) \(recordsCommand)"
  }
}
