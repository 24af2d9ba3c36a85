import Yams

/// Yams' and libyaml's messages in the words of someone who writes a manifest.
enum YAMLComplaint {
  /// What made `text` unreadable, and where.
  static func problem(_ error: any Error, in text: String) -> ManifestProblem {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return ManifestProblem(ManifestMark(mark), explain(problem, line: line(mark.line, of: text)))
    case .reader(let problem, _, let value, _):
      let code = String(UInt32(bitPattern: value), radix: 16, uppercase: true)
      return ManifestProblem(
        place(ofControlCharacterIn: text), "\(problem) (U+\(code)): remove or escape it")
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "\"\($0.shown)\"" }.joined(separator: ", ")
      return ManifestProblem(
        ManifestMark(context.mark), "key \(names) stands twice among the same keys: keep one")
    default:
      return ManifestProblem("can't be read as YAML: \("\(error)".shown)")
    }
  }

  static func complexKey(_ mark: ManifestMark) -> ManifestProblem {
    ManifestProblem(
      mark, "a key must be plain text; a value that begins with {{ needs quotes around it")
  }

  private static func explain(_ problem: String, line: Substring) -> String {
    let quotes = "put quotes around it"
    return switch true {
    case line.prefix { $0 == " " || $0 == "\t" }.contains("\t"):
      "a tab indents this line: indent with spaces"
    case problem.contains("{{") || line.contains(": {{"):
      "a value that begins with {{ needs quotes around it"
    case problem.contains("cannot start any token"):
      "a value can't begin like this: \(quotes)"
    case problem.contains("mapping values are not allowed"):
      "a colon with a space makes a key, which can't stand here: \(quotes), or mend the indentation"
    case problem.contains("could not find expected ':'"):
      "a key without a colon, or text that goes on too far left: write key: value"
    case problem.contains("undefined alias"):
      "a value that begins with * names an anchor, and there is none: \(quotes)"
    case problem.contains("alphabetic or numeric character"):
      "a value can't begin with * or &: \(quotes)"
    case problem.contains("expected key"), problem.contains("expected '-' indicator"):
      "nothing can stand here: align the line with those above, or put quotes around the whole value"
    case problem.contains("expected ',' or"):
      "a { or [ is not closed before this: close it, or put quotes around the text"
    case problem.contains("unexpected end of stream"):
      "a quotation mark is not closed: close it"
    case problem.contains("nesting level"):
      ManifestProblem.tooDeep(.init(line: 0, column: 0)).message
    case problem.contains("another document"):
      "a second document begins here: a manifest is one, so remove the ---"
    default: "not valid YAML: \(problem)"
    }
  }

  private static func line(_ number: Int, of text: String) -> Substring {
    var rest = text.utf8[...]
    for _ in 1..<max(number, 1) {
      guard let end = rest.firstIndex(of: 0x0A) else { return "" }
      rest = rest[rest.index(after: end)...]
    }
    return Substring(rest.prefix { $0 != 0x0A })
  }

  private static func place(ofControlCharacterIn text: String) -> ManifestMark {
    var mark = ManifestMark(line: 1, column: 1)
    for scalar in text.unicodeScalars {
      if scalar == "\n" {
        mark = ManifestMark(line: mark.line + 1, column: 1)
        continue
      }
      let value = scalar.value
      let isControl = value < 0x20 && scalar != "\t" && scalar != "\r"
      if isControl || value == 0x7F || (0x80..<0xA0).contains(value) && value != 0x85 { break }
      mark.column += 1
    }
    return mark
  }
}
