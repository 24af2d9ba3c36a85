/// Makes jobs of a manifest's values.
struct ManifestInterpreter {
  let kinds: [JobKind]
  let variables: JobVariables
  let paths: ManifestPaths
  let problems: ManifestProblems

  private var fields: FieldReader { FieldReader(problems: problems, variables: variables) }

  /// The version of the format that this program reads.
  static let version = 1

  /// All jobs, checked one by one and against each other; what is wrong is in `problems`.
  func jobs(_ root: ManifestNode) -> [JobSpecification] {
    guard case .mapping(let entries) = root.content else {
      problems.add(root.mark, "a manifest is keys with values: begin with version: \(Self.version)")
      return []
    }
    guard isVersionKnown(root) else { return [] }
    fields.checkKeys(entries, "the manifest", known: ["version", "defaults", "jobs", "$schema"]) {
      jobKeys.contains($0) ? "put it into a job, or under defaults" : nil
    }
    let defaults = defaults(root)
    guard let jobs = root.entry("jobs") else {
      problems.add(root.mark, "the manifest has no jobs: add jobs with a list")
      return []
    }
    guard case .list(let list) = jobs.value.content, !list.isEmpty else {
      problems.add(jobs.value.mark, "jobs takes a list with at least one job, as - name: intro")
      return []
    }
    var planned: [PlannedJob] = []
    var isComplete = true
    for entry in list where planned.count <= JobExpansion.jobLimit {
      if !expand(entry, defaults, &planned) { isComplete = false }
    }
    BatchChecks(jobs: planned, isComplete: isComplete, problems: problems).run()
    return planned.map(\.specification)
  }

  private func isVersionKnown(_ root: ManifestNode) -> Bool {
    guard let version = root.entry("version") else {
      problems.add(root.mark, "the manifest has no version: begin with version: \(Self.version)")
      return false
    }
    guard let text = fields.text(version.value, "version") else { return false }
    if text == "\(Self.version)" { return true }
    problems.add(
      version.value.mark, "version \(text.shown): this avatar reads version \(Self.version)")
    return false
  }

  private var kindNames: [String] { kinds.map(\.name) }
  private var jobKeys: [String] { kindNames + JobKey.allCases.map(\.rawValue) }

  private func defaults(_ root: ManifestNode) -> [ManifestNode.Entry] {
    guard let defaults = root.entry("defaults"),
      let entries = fields.mapping(defaults.value, "defaults")
    else { return [] }
    let known = kindNames + JobKey.allCases.filter(\.isDefault).map(\.rawValue)
    checkKeys(entries, "defaults", known: known)
    return entries.filter { known.contains($0.key) }
  }

  /// Checks the keys of a job or of the defaults, and those of the kinds of work in it.
  private func checkKeys(_ entries: [ManifestNode.Entry], _ place: String, known: [String]) {
    fields.checkKeys(entries, place, known: known) { key in
      if jobKeys.contains(key) { return "only a job itself can have it" }
      let owner = kinds.first { $0.options.contains { $0.key == key } }
      return owner.map { "put it under \($0.name)" }
    }
    for entry in entries {
      guard let kind = kinds.first(where: { $0.name == entry.key }),
        case .mapping(let options) = entry.value.content
      else { continue }
      fields.checkKeys(options, kind.name, known: kind.options.map(\.key)) { key in
        jobKeys.contains(key) ? "put it beside \(kind.name)" : nil
      }
    }
  }

  /// Adds the jobs of `entry`; false where some could not be read far enough to have a name.
  private func expand(
    _ entry: ManifestNode, _ defaults: [ManifestNode.Entry], _ planned: inout [PlannedJob]
  ) -> Bool {
    guard let entries = fields.mapping(entry, "a job") else { return false }
    checkKeys(entries, "the job", known: jobKeys)
    guard let expansion = JobExpansion(entry, fields, paths) else { return false }
    guard planned.count + expansion.count <= JobExpansion.jobLimit else {
      problems.add(entry.mark, "more than \(JobExpansion.jobLimit) jobs: split the manifest")
      return false
    }
    let job = Self.lay(entries, over: defaults, kindNames: kindNames, mark: entry.mark)
    var isComplete = true
    expansion.forEach(variables) { variables in
      let fields = FieldReader(problems: problems, variables: variables)
      if let job = JobReader(kinds: kinds, fields: fields, paths: paths).read(job) {
        planned.append(job)
      } else {
        isComplete = false
      }
    }
    return isComplete
  }

  /// A job's entries with the defaults that it does not have itself; what it sets to null it has neither way.
  private static func lay(
    _ job: [ManifestNode.Entry], over defaults: [ManifestNode.Entry], kindNames: [String],
    mark: ManifestMark
  ) -> ManifestNode {
    var entries = job
    for standard in defaults {
      let isKind = kindNames.contains(standard.key)
      guard let index = entries.firstIndex(where: { $0.key == standard.key }) else {
        if !isKind { entries.append(standard) }
        continue
      }
      if entries[index].value.isCancellation {
        entries.remove(at: index)
        continue
      }
      guard isKind || JobKey.isMerged(standard.key),
        case .mapping(let own) = entries[index].value.content,
        case .mapping(let others) = standard.value.content
      else { continue }
      let missing = others.filter { other in !own.contains { $0.key == other.key } }
      let kept = own.filter { entry in
        !(entry.value.isCancellation && others.contains { $0.key == entry.key })
      }
      entries[index].value.content = .mapping(kept + missing)
    }
    return ManifestNode(content: .mapping(entries), mark: mark)
  }
}
