/// A kind of work that manifests may ask for, such as `speak`, with its options.
///
/// The program that executes jobs describes its kinds; manifests are checked against them, and the published schema is made from them.
public struct JobKind: Sendable, Hashable {
  /// One option: a key in the manifest.
  public struct Option: Sendable, Hashable {
    public let key: String
    public let type: OptionType
    /// One line for the schema and for error messages.
    public let summary: String
    public let isRequired: Bool

    public init(_ key: String, _ type: OptionType, _ summary: String, isRequired: Bool = false) {
      self.key = key
      self.type = type
      self.summary = summary
      self.isRequired = isRequired
    }
  }

  /// What values an option takes.
  public indirect enum OptionType: Sendable, Hashable {
    case text
    /// A file or folder that must exist; relative to the manifest.
    case inputPath
    /// One of `names`, or else an input path (a presenter or a picture).
    case inputPathOrName(names: [String])
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case flag
    case choice([String])
    /// Text, or a number without quotes, that `isValid` accepts; `example` is shown in errors.
    case pattern(regularExpression: String, example: String)
  }

  /// The key in the manifest.
  public let name: String
  public let summary: String
  public let options: [Option]

  public init(name: String, summary: String, options: [Option]) {
    self.name = name
    self.summary = summary
    self.options = options
  }
}
