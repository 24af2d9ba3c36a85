/// Text with templates in it, such as `out/{{date}}/{{file.stem}}.mp4`; `{{{{` and `}}}}` stand for braces themselves.
enum TextTemplate {
  /// Whether `text` may be anything but itself when it is filled in.
  static func isTemplate(_ text: String) -> Bool {
    text.utf8.contains { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }
  }

  /// `text` with each template replaced; throws what is wrong with the first that can't be.
  static func fill(_ text: String, _ variables: JobVariables) throws(TemplateProblem) -> String {
    var result = ""
    var rest = text[...]
    while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      result += rest[..<brace]
      rest = rest[brace...]
      if rest.hasPrefix("{{{{") || rest.hasPrefix("}}}}") {
        result += rest.prefix(2)
        rest = rest.dropFirst(4)
      } else if rest.hasPrefix("{{") {
        guard let end = rest.firstRange(of: "}}") else {
          throw TemplateProblem("a {{ has no }}: write {{{{ for braces themselves")
        }
        let name = rest[rest.index(rest.startIndex, offsetBy: 2)..<end.lowerBound]
        result += try variables.value(of: name.trimmingSpaces)
        rest = rest[end.upperBound...]
      } else {
        result += rest.prefix(1)
        rest = rest.dropFirst()
      }
    }
    return result + rest
  }
}

/// Why a template has no value.
struct TemplateProblem: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// What templates stand for in one job.
struct JobVariables {
  /// The local day, as 2025-03-30.
  var date: String
  var environment: [String: String]
  /// What `for_each` found, nil without it.
  var file: MatchedFile?
  /// The job's place in the matrix, in the matrix's order.
  var matrix: [(name: String, value: String)] = []
  /// The job's name, once it is known.
  var jobName: String?

  /// The value of the template called `name`.
  func value(of name: String) throws(TemplateProblem) -> String {
    if name == "date" { return date }
    if name == "job.name" {
      if let jobName { return jobName }
      throw TemplateProblem("{{job.name}} can't stand in the name itself, nor decide it")
    }
    if name.hasPrefix("env.") { return try environmentValue(String(name.dropFirst(4))) }
    if name.hasPrefix("matrix.") { return try matrixValue(String(name.dropFirst(7))) }
    guard let part = MatchedFile.parts[name] else { throw unknown(name) }
    guard let file else {
      throw TemplateProblem("{{\(name)}} has no value: the job has no for_each")
    }
    return part(file)
  }

  private func environmentValue(_ name: String) throws(TemplateProblem) -> String {
    if let value = environment[name] { return value }
    throw TemplateProblem(
      "{{env.\(name.shown)}} has no value: set the environment variable \(name.shown)")
  }

  private func matrixValue(_ name: String) throws(TemplateProblem) -> String {
    if let value = matrix.first(where: { $0.name == name })?.value { return value }
    let names = matrix.map(\.name)
    let hint = names.isEmpty ? "the job has no matrix" : "the matrix has \(names.listed)"
    throw TemplateProblem(
      "{{matrix.\(name.shown)}} has no value: \(hint)\(NearestName.question(name, among: names))")
  }

  private func unknown(_ name: String) -> TemplateProblem {
    let names = ["date", "job.name"] + MatchedFile.parts.keys.sorted()
    let known = (names + ["matrix.NAME", "env.NAME"]).map { "{{\($0)}}" }.listed
    return TemplateProblem(
      "unknown template {{\(name.shown)}}\(NearestName.question(name, among: names)): known are \(known)"
    )
  }
}

extension Collection<String> {
  /// As in "a, b, c".
  var listed: String { joined(separator: ", ") }
}

extension Substring {
  fileprivate var trimmingSpaces: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
