/// What makes one entry of a manifest into many jobs: `for_each` and `matrix`.
struct JobExpansion {
  /// Jobs that a manifest may have.
  static let jobLimit = 500_000

  /// The files in order; nil without `for_each`.
  let files: [MatchedFile]?
  /// Axes in the order of the manifest; the last one turns fastest.
  let matrix: [(name: String, values: [String])]

  /// How many jobs there are, at most one more than may be.
  var count: Int {
    matrix.reduce(min(files?.count ?? 1, Self.jobLimit + 1)) { count, axis in
      min(count * axis.values.count, Self.jobLimit + 1)
    }
  }

  /// Reads both keys of `entries`; nil where they can't be used.
  init?(_ job: ManifestNode, _ fields: FieldReader, _ paths: ManifestPaths) {
    var isUsable = true
    var files: [MatchedFile]?
    if let entry = job.entry("for_each") {
      files = Self.files(entry, fields, paths)
      isUsable = files != nil
    }
    var matrix: [(name: String, values: [String])] = []
    if let entry = job.entry("matrix") {
      if let axes = Self.axes(entry, fields) { matrix = axes } else { isUsable = false }
    }
    guard isUsable else { return nil }
    (self.files, self.matrix) = (files, matrix)
  }

  /// Calls `body` with the variables of each job in turn.
  func forEach(_ variables: JobVariables, _ body: (JobVariables) -> Void) {
    for file in files.map({ $0.map(Optional.some) }) ?? [nil] {
      var job = variables
      job.file = file
      visit(matrix[...], &job, body)
    }
  }

  private func visit(
    _ axes: ArraySlice<(name: String, values: [String])>, _ job: inout JobVariables,
    _ body: (JobVariables) -> Void
  ) {
    guard let axis = axes.first else { return body(job) }
    for value in axis.values {
      job.matrix.append((axis.name, value))
      visit(axes.dropFirst(), &job, body)
      job.matrix.removeLast()
    }
  }

  private static func files(
    _ entry: ManifestNode.Entry, _ fields: FieldReader, _ paths: ManifestPaths
  ) -> [MatchedFile]? {
    guard let patterns = fields.lines(entry.value, "for_each") else { return nil }
    if patterns.isEmpty { return fields.complain(entry.value, "for_each has no pattern: add one") }
    var found: [String: MatchedFile] = [:]
    for (pattern, mark) in patterns {
      do throws(FilePatternError) {
        let files = try FilePattern(pattern).files(in: paths.baseFolder)
        if files.isEmpty {
          fields.problems.add(
            mark, "for_each \(pattern.shown): no file matches: check the pattern and the folder")
          return nil
        }
        found.merge(files.map { ($0.path, $0) }) { first, _ in first }
      } catch {
        fields.problems.add(mark, "for_each \(pattern.shown): \(error.message)")
        return nil
      }
    }
    return found.values.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func axes(
    _ entry: ManifestNode.Entry, _ fields: FieldReader
  ) -> [(name: String, values: [String])]? {
    guard let entries = fields.mapping(entry.value, "matrix") else { return nil }
    let axes = entries.compactMap { axis -> (name: String, values: [String])? in
      guard axis.key.utf8.allSatisfy({ $0.isAxisNameByte }), !axis.key.isEmpty else {
        fields.problems.add(
          axis.keyMark, "matrix \(axis.key.shown): use letters, digits, _ and - in the name")
        return nil
      }
      guard case .list(let elements) = axis.value.content, !elements.isEmpty else {
        return fields.complain(axis.value, "matrix \(axis.key): takes a list of values, as [a, b]")
      }
      let values = elements.compactMap { fields.text($0, "matrix \(axis.key)") }
      return values.count == elements.count ? (axis.key, values) : nil
    }
    return axes.count == entries.count ? axes : nil
  }
}

extension UInt8 {
  fileprivate var isAxisNameByte: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
