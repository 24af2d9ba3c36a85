/// A kind of work that manifests may ask for, such as `speak`, with its options.
///
/// The program that executes jobs describes its kinds; manifests are checked against them, and the published schema is made from them.
public struct JobKind: Sendable {
  /// One option: a key in the manifest.
  public struct Option: Sendable {
    public let key: String
    public let type: OptionType
    /// One line for the schema and for error messages.
    public let summary: String
    public let isRequired: Bool
    /// An option that stands in the place of this one; never both.
    public let alternative: String?

    public init(
      _ key: String, _ type: OptionType, _ summary: String, isRequired: Bool = false,
      alternative: String? = nil
    ) {
      self.alternative = alternative
      self.key = key
      self.type = type
      self.summary = summary
      self.isRequired = isRequired
    }
  }

  /// What values an option takes.
  public enum OptionType: Sendable {
    case text
    /// A file or folder that must exist; relative to the manifest.
    case inputPath
    /// Files or folders that must exist; one alone needs no list.
    case inputPathList
    /// Texts that each hold an input path among other words; one alone needs no list.
    ///
    /// What is given says where in a text the path is, if it has one, or what is wrong with the text.
    case inputPathsWithin(@Sendable (String) -> PathWithin)
    /// One of `names`, or else an input path (a presenter or a picture).
    case inputPathOrName(names: [String])
    /// Input paths by keys, which are each one of `names` or else an input path (a picture of somebody).
    ///
    /// `complaint` says what is wrong with the keys as a whole, nil where nothing is.
    case inputPaths(names: [String], complaint: @Sendable ([String]) -> String?)
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case flag
    case choice([String])
    /// Texts of one line; one alone needs no list.
    ///
    /// `complaint` says what to write instead, and nil of what is right.
    case lines(complaint: @Sendable (String) -> String?)
    /// Text, or a number without quotes; kept as text.
    ///
    /// `complaint` says what to write instead, as in "use 1 to 240", and nil of what is right; `regularExpression` is what the
    /// schema tells editors, and takes at least all that is right.
    case pattern(regularExpression: String, complaint: @Sendable (String) -> String?)
  }

  /// Where a text holds a path.
  public enum PathWithin: Sendable {
    case path(Range<String.Index>)
    /// It holds none.
    case none
    /// What to write instead.
    case complaint(String)
  }

  /// The key in the manifest.
  public let name: String
  public let summary: String
  public let options: [Option]
  /// Endings that an output of this kind may have, lower case; empty where any will do.
  public let outputExtensions: [String]
  /// The option that stands for what the step before makes: a job with such a step can't have it.
  public let madeOption: String?
  /// What is wrong with a step's options as a whole, nil where nothing is.
  public let complaint: @Sendable ([String: OptionValue]) -> String?

  public init(
    name: String, summary: String, options: [Option], outputExtensions: [String] = [],
    madeOption: String? = nil,
    complaint: @escaping @Sendable ([String: OptionValue]) -> String? = { _ in nil }
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.outputExtensions = outputExtensions
    self.madeOption = madeOption
    self.complaint = complaint
  }
}
