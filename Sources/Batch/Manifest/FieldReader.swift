/// Reads single values, fills in their templates, and notes what is wrong with them.
struct FieldReader {
  let problems: ManifestProblems
  var variables: JobVariables

  /// The text of `node`, which is the value of `key`.
  func text(_ node: ManifestNode, _ key: String) -> String? {
    switch node.content {
    case .scalar(let text): return fill(text, node.mark, key)
    case .null:
      problems.add(node.mark, "\(key) has no value: give one, or leave the key out")
    case .list, .mapping:
      problems.add(node.mark, "\(key) takes a single value, not \(node.kindName)")
    }
    return nil
  }

  /// `text`, which stands at `mark`, with its templates filled in.
  func fill(_ text: String, _ mark: ManifestMark, _ key: String) -> String? {
    guard TextTemplate.isTemplate(text) else { return text }
    do throws(TemplateProblem) { return try TextTemplate.fill(text, variables) } catch {
      problems.add(mark, "\(key): \(error.message)")
      return nil
    }
  }

  /// Text of at least one letter on one line.
  func line(_ node: ManifestNode, _ key: String) -> String? {
    guard let text = text(node, key) else { return nil }
    if text.isEmpty { return complain(node, "\(key) is empty: give it a value") }
    if text.hasControlCharacters {
      return complain(
        node, "\(key) \(text.shown): line ends and control characters can't stand here")
    }
    return text
  }

  func integer(_ node: ManifestNode, _ key: String, _ range: ClosedRange<Int>) -> Int? {
    guard let text = text(node, key) else { return nil }
    if let value = Int(text), range.contains(value) { return value }
    let largest = range.upperBound == .max ? "" : " to \(range.upperBound)"
    let wanted =
      largest.isEmpty ? "a whole number from \(range.lowerBound)" : "\(range.lowerBound)\(largest)"
    return complain(node, "\(key) \(text.shown): use \(wanted)")
  }

  func number(_ node: ManifestNode, _ key: String, _ range: ClosedRange<Double>) -> Double? {
    guard let text = text(node, key) else { return nil }
    // Double reads "nan" and "0x1p3" too.
    let isDecimal = text.utf8.allSatisfy { "0123456789+-.eE".utf8.contains($0) }
    if isDecimal, let value = Double(text), range.contains(value) { return value }
    func plain(_ bound: Double) -> String { Int(exactly: bound).map(String.init) ?? "\(bound)" }
    let bounds = "\(plain(range.lowerBound)) to \(plain(range.upperBound))"
    return complain(node, "\(key) \(text.shown): use \(bounds)")
  }

  func flag(_ node: ManifestNode, _ key: String) -> Bool? {
    guard let text = text(node, key) else { return nil }
    switch text {
    case "true", "True", "TRUE": return true
    case "false", "False", "FALSE": return false
    default: return complain(node, "\(key) \(text.shown): use true or false")
    }
  }

  func choice(_ node: ManifestNode, _ key: String, _ names: [String]) -> String? {
    guard let text = text(node, key) else { return nil }
    if names.contains(text) { return text }
    let question = NearestName.question(text, among: names)
    return complain(node, "\(key) \(text.shown): use \(names.alternatives)\(question)")
  }

  /// Seconds.
  func duration(_ node: ManifestNode, _ key: String) -> Double? {
    guard let text = text(node, key) else { return nil }
    if let seconds = ManifestDuration.seconds(text), seconds > 0 { return seconds }
    return complain(node, "\(key) \(text.shown): \(ManifestDuration.complaint)")
  }

  /// A list of lines; one line alone is a list of one.
  func lines(_ node: ManifestNode, _ key: String) -> [(text: String, mark: ManifestMark)]? {
    guard case .list(let elements) = node.content else {
      return line(node, key).map { [($0, node.mark)] }
    }
    let lines = elements.compactMap { element in line(element, key).map { ($0, element.mark) } }
    return lines.count == elements.count ? lines : nil
  }

  /// The entries of a mapping.
  func mapping(_ node: ManifestNode, _ key: String) -> [ManifestNode.Entry]? {
    if case .mapping(let entries) = node.content { return entries }
    return complain(node, "\(key) takes keys with values, not \(node.kindName)")
  }

  /// Notes each key of `entries` that is not among `known`; `place` is where they stand, in words.
  func checkKeys(
    _ entries: [ManifestNode.Entry], _ place: String, known: [String],
    belongingElsewhere: (String) -> String? = { _ in nil }
  ) {
    for entry in entries where !known.contains(entry.key) {
      let hint =
        belongingElsewhere(entry.key).map { " (\($0))" }
        ?? NearestName.question(entry.key, among: known)
      let list = hint.isEmpty ? ": known are \(known.listed)" : hint
      problems.add(entry.keyMark, "unknown key \"\(entry.key.shown)\" in \(place)\(list)")
    }
  }

  /// Notes `message` about `node`, and gives nothing.
  func complain<Value>(_ node: ManifestNode, _ message: String) -> Value? {
    problems.add(node.mark, message)
    return nil
  }
}

extension [String] {
  /// As in "a, b or c".
  var alternatives: String {
    guard let last, count > 1 else { return first ?? "" }
    return dropLast().listed + " or " + last
  }
}
