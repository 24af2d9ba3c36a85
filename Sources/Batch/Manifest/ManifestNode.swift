/// A place in a manifest, counted from 1; columns in Unicode scalars.
struct ManifestMark: Hashable, Sendable {
  var line: UInt32
  var column: UInt32
}

/// A value of a manifest with its place: what YAML and JSON have in common.
///
/// Scalars are kept as they are written, so that `012`, `1.0` and `no` stay text where text is wanted.
struct ManifestNode: Sendable {
  enum Content: Sendable {
    /// Nothing, `~` or `null`.
    case null
    case scalar(String)
    case list([ManifestNode])
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var keyMark: ManifestMark
    var value: ManifestNode
  }

  /// Values that a manifest may have, counted with all repetitions by aliases.
  static let countLimit = 5_000_000
  /// How deep values may lie in each other.
  static let depthLimit = 32

  var content: Content
  var mark: ManifestMark
  /// Whether it is `true` or `false` without quotes, which is no text.
  var isFlag = false
  /// Whether it is `null` or `~`, written out, which takes a default away; a key without a value is a slip.
  var isCancellation = false

  static let flags: Set<String> = ["true", "True", "TRUE", "false", "False", "FALSE"]

  /// The entry `key` of a mapping.
  func entry(_ key: String) -> Entry? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }
  }

  /// What kind of value this is, in a reader's words.
  var kindName: String {
    switch content {
    case .null: "no value"
    case .scalar: "a single value"
    case .list: "a list"
    case .mapping: "keys with values"
    }
  }
}

extension ManifestProblem {
  static func tooMany(_ mark: ManifestMark) -> ManifestProblem {
    ManifestProblem(
      mark, "more than \(ManifestNode.countLimit) values: split the manifest, or use for_each")
  }

  static func tooDeep(_ mark: ManifestMark) -> ManifestProblem {
    ManifestProblem(
      mark, "values lie more than \(ManifestNode.depthLimit) deep: no manifest needs that")
  }
}

extension String {
  /// The text as a message shows it: on one line, and not too long.
  var shown: String {
    let clipped = unicodeScalars.count > 120 ? String(unicodeScalars.prefix(117)) + "..." : self
    return String(
      clipped.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : Character($0) }
    )
  }

  var hasControlCharacters: Bool {
    utf8.contains { $0 < 0x20 || $0 == 0x7F }
  }
}
