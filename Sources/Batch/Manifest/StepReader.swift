/// Reads a step's options as its kind describes them.
struct StepReader {
  let fields: FieldReader
  let paths: ManifestPaths

  /// An input that a job reads.
  struct Input {
    var key: String
    /// As the manifest has it, templates filled in.
    var text: String
    var mark: ManifestMark
    /// Names that could have stood there instead of a path.
    var names: [String]
    var found: ManifestPaths.Input
  }

  /// The options in `entry`, and the inputs among them; `earlier` is the kind of the step before.
  func read(
    _ entry: ManifestNode.Entry, _ kind: JobKind, after earlier: JobKind? = nil
  ) -> (options: [String: OptionValue], inputs: [Input]) {
    guard let entries = fields.mapping(entry.value, kind.name) else { return ([:], []) }
    var (options, inputs) = ([String: OptionValue](), [Input]())
    for option in kind.options {
      let other = option.alternative.flatMap { key in entries.first { $0.key == key } }
      guard let found = entries.first(where: { $0.key == option.key }) else {
        if option.isRequired && other == nil {
          fields.problems.add(
            entry.keyMark, "\(kind.name) has no \(option.key), which it needs: \(option.summary)")
        }
        continue
      }
      if let other {
        fields.problems.add(
          other.keyMark, "\(option.key) and \(other.key) do not go together: give one of them")
      }
      if let earlier, option.key == kind.madeOption {
        fields.problems.add(
          found.keyMark,
          "\(kind.name) has \(option.key), which is what \(earlier.name) makes: leave it out")
      }
      options[option.key] = value(found.value, option, &inputs)
    }
    let isWhole = kind.options.allSatisfy { option in
      options[option.key] != nil || !entries.contains { $0.key == option.key }
    }
    if isWhole, let complaint = kind.complaint(options) {
      fields.problems.add(entry.keyMark, "\(kind.name): \(complaint)")
    }
    return (options, inputs)
  }

  private func value(
    _ node: ManifestNode, _ option: JobKind.Option, _ inputs: inout [Input]
  ) -> OptionValue? {
    switch option.type {
    case .text: fields.text(node, option.key).map { .text($0) }
    case .inputPath: input(node, option.key, names: [], &inputs).map { .text($0) }
    case .inputPathList: list(node) { input($0, option.key, names: [], &inputs) }
    case .inputPathsWithin(let find):
      list(node) { input($0, option.key, within: find, &inputs) }
    case .inputPathOrName(let names):
      input(node, option.key, names: names, &inputs).map { .text($0) }
    case .inputPaths(let names, let complaint):
      paths(node, option.key, names, complaint, &inputs).map { .texts($0) }
    case .integer(let range): fields.integer(node, option.key, range).map { .integer($0) }
    case .number(let range): fields.number(node, option.key, range).map { .number($0) }
    case .flag: fields.flag(node, option.key).map { .flag($0) }
    case .choice(let names): fields.choice(node, option.key, names).map { .text($0) }
    case .lines(let complaint): list(node) { line($0, option.key, complaint) }
    case .pattern(_, let complaint): pattern(node, option.key, complaint).map { .text($0) }
    }
  }

  private func pattern(
    _ node: ManifestNode, _ key: String, _ complaint: (String) -> String?
  ) -> String? {
    guard let text = fields.text(node, key) else { return nil }
    guard let complaint = complaint(text) else {
      guard node.isFlag else { return text }
      return fields.complain(
        node, "\(key) \(text): takes text, not true or false: write the text, or leave the key out")
    }
    if text.allSatisfy(\.isWhitespace) {
      return fields.complain(node, "\(key) is empty: \(complaint)")
    }
    return fields.complain(node, "\(key) \(text.shown): \(complaint)")
  }

  private func line(
    _ node: ManifestNode, _ key: String, _ complaint: (String) -> String?
  ) -> String? {
    guard let text = fields.line(node, key) else { return nil }
    guard let complaint = complaint(text) else { return text }
    return fields.complain(node, "\(key) \(text.shown): \(complaint)")
  }

  /// Elements of a list, or one alone, each read by `read`.
  private func list(_ node: ManifestNode, read: (ManifestNode) -> String?) -> OptionValue? {
    var elements = [node]
    if case .list(let list) = node.content { elements = list }
    let texts = elements.compactMap(read)
    return texts.count == elements.count ? .list(texts) : nil
  }

  /// A text with the path that it holds made absolute.
  private func input(
    _ node: ManifestNode, _ key: String, within find: (String) -> JobKind.PathWithin,
    _ inputs: inout [Input]
  ) -> String? {
    guard let text = fields.line(node, key) else { return nil }
    switch find(text) {
    case .complaint(let complaint):
      return fields.complain(node, "\(key) \(text.shown): \(complaint)")
    case .none: return text
    case .path(let range):
      let path = ManifestNode(content: .scalar(String(text[range])), mark: node.mark)
      return input(path, key, names: [], &inputs).map {
        text[..<range.lowerBound] + $0 + text[range.upperBound...]
      }
    }
  }

  private func paths(
    _ node: ManifestNode, _ key: String, _ names: [String], _ complaint: ([String]) -> String?,
    _ inputs: inout [Input]
  ) -> [String: String]? {
    guard let entries = fields.mapping(node, key) else { return nil }
    var result: [String: String] = [:]
    for entry in entries {
      let name = ManifestNode(content: .scalar(entry.key), mark: entry.keyMark)
      guard let found = input(name, key, names: names, &inputs),
        let path = input(entry.value, "\(key) \(entry.key.shown)", names: [], &inputs)
      else { return nil }
      result[found] = path
    }
    guard let complaint = complaint(result.keys.sorted()) else { return result }
    return fields.complain(node, "\(key): \(complaint)")
  }

  /// A name as it is, or else an absolute path.
  private func input(
    _ node: ManifestNode, _ key: String, names: [String], _ inputs: inout [Input]
  ) -> String? {
    guard let text = fields.line(node, key) else { return nil }
    if names.contains(text) { return text }
    guard text.utf8.count < PathLimits.pathBytes else {
      return fields.complain(node, "\(key) \(text.shown): the path is too long")
    }
    let path = paths.absolute(text)
    let found = paths.input(path)
    inputs.append(Input(key: key, text: text, mark: node.mark, names: names, found: found))
    return path
  }
}

/// Lengths that Linux allows, less what is put around the names of unfinished files.
enum PathLimits {
  static let pathBytes = 3800
  static let nameBytes = 230
}
