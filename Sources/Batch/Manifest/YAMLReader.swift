import Yams

/// Reads a manifest that is YAML; the parsing itself is done by Yams.
struct YAMLReader {
  private var count = 0

  /// The document in `text`; nil where there is none.
  static func read(_ text: String) throws(ManifestProblem) -> ManifestNode? {
    try YAMLGuard.check(text)
    let root: Node?
    // The basic resolver looks at no scalar: what `no` and `1.0` mean depends on where they stand.
    do { root = try compose(yaml: text, .basic) } catch {
      throw YAMLComplaint.problem(error, in: text)
    }
    guard let root else { return nil }
    var reader = YAMLReader()
    return try reader.convert(root, depth: 0)
  }

  private mutating func convert(
    _ node: Node, depth: Int
  ) throws(ManifestProblem) -> ManifestNode {
    let mark = ManifestMark(node)
    count += 1
    guard count <= ManifestNode.countLimit else { throw .tooMany(mark) }
    guard depth <= ManifestNode.depthLimit else { throw .tooDeep(mark) }
    switch node {
    case .scalar(let scalar):
      try Self.requireNoTag(scalar.tag, mark)
      let isNull = scalar.style == .plain && Self.nulls.contains(scalar.string)
      return ManifestNode(
        content: isNull ? .null : .scalar(scalar.string), mark: mark,
        isFlag: scalar.style == .plain && ManifestNode.flags.contains(scalar.string),
        isCancellation: isNull && !scalar.string.isEmpty)
    case .sequence(let sequence):
      try Self.requireNoTag(sequence.tag, mark)
      var list: [ManifestNode] = []
      list.reserveCapacity(sequence.count)
      for element in sequence { list.append(try convert(element, depth: depth + 1)) }
      return ManifestNode(content: .list(list), mark: mark)
    case .mapping(let mapping):
      try Self.requireNoTag(mapping.tag, mark)
      var entries: [ManifestNode.Entry] = []
      entries.reserveCapacity(mapping.count)
      for (key, value) in mapping {
        entries.append(try entry(key, value, depth: depth + 1))
      }
      return ManifestNode(content: .mapping(entries), mark: mark)
    case .alias:
      throw ManifestProblem(mark, "an alias stands where none can be")
    }
  }

  private mutating func entry(
    _ key: Node, _ value: Node, depth: Int
  ) throws(ManifestProblem) -> ManifestNode.Entry {
    let mark = ManifestMark(key)
    guard case .scalar(let scalar) = key else { throw YAMLComplaint.complexKey(mark) }
    if scalar.string == "<<" {
      throw ManifestProblem(mark, "merge keys (<<) are not supported: use defaults")
    }
    count += 1
    return ManifestNode.Entry(
      key: scalar.string, keyMark: mark, value: try convert(value, depth: depth))
  }

  private static let nulls: Set = ["", "~", "null", "Null", "NULL"]

  /// Explicit types (`!!int`, `!secret`) would be dropped without a word otherwise; Yams itself gives quoted text one.
  private static func requireNoTag(_ tag: Tag, _ mark: ManifestMark) throws(ManifestProblem) {
    guard tag.rawValue.isEmpty || tag.rawValue == Tag.Name.str.rawValue else {
      throw ManifestProblem(mark, "tags (\(tag.rawValue.shown)) are not supported: remove it")
    }
  }
}

extension ManifestMark {
  init(_ node: Node) {
    self = node.mark.map { ManifestMark($0) } ?? ManifestMark(line: 1, column: 1)
  }

  init(_ mark: Mark) {
    self.init(line: UInt32(clamping: mark.line), column: UInt32(clamping: mark.column))
  }
}
