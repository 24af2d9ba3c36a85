import MediaTypes

/// A job as it was read, with the places that later complaints are about.
struct PlannedJob {
  var specification: JobSpecification
  /// The output as the manifest has it, templates filled in.
  var outputText = ""
  /// Where the job's entry, its name, its output and its needs stand.
  var mark: ManifestMark
  var nameMark: ManifestMark
  var outputMark: ManifestMark
  var needsMark: ManifestMark
  var inputs: [StepReader.Input] = []
}

/// Reads one job from its entry, over which the defaults were already laid.
struct JobReader {
  let kinds: [JobKind]
  var fields: FieldReader
  let paths: ManifestPaths

  /// The job, with what could be read of it; nil where it has no name.
  ///
  /// `output` is empty, and a problem noted, where it is missing or impossible.
  func read(_ entry: ManifestNode) -> PlannedJob? {
    var named = self
    guard let name = named.name(entry) else { return nil }
    let outputMark = entry.entry("output")?.value.mark ?? entry.mark
    var job = PlannedJob(
      specification: JobSpecification(name: name, steps: [], output: ""), mark: entry.mark,
      nameMark: entry.entry("name")?.value.mark ?? entry.mark, outputMark: outputMark,
      needsMark: entry.entry("needs")?.value.mark ?? entry.mark)
    named.readSteps(entry, &job)
    named.readOutput(entry, &job)
    named.readRest(entry, &job.specification)
    return job
  }

  /// The job's name, given or made up; from now on templates know it.
  private mutating func name(_ entry: ManifestNode) -> String? {
    let given = entry.entry("name")
    guard let name = given.map({ fields.line($0.value, "name") }) ?? defaultName(entry) else {
      return nil
    }
    guard name.utf8.count <= JobKey.nameByteLimit, !name.contains("/"), name != ".", name != ".."
    else {
      fields.problems.add(
        given?.value.mark ?? entry.mark,
        "name \(name.shown): use at most \(JobKey.nameByteLimit) bytes, and no /")
      return nil
    }
    fields.variables.jobName = name
    return name
  }

  private func defaultName(_ entry: ManifestNode) -> String? {
    let file = fields.variables.file.map { [$0.defaultName] } ?? []
    let values = fields.variables.matrix.map {
      $0.value.contains("/") ? FilePath.stem(of: $0.value) : $0.value
    }
    let name = (file + values).joined(separator: "-")
    if !name.isEmpty { return name }
    guard let output = entry.entry("output") else {
      fields.problems.add(entry.mark, "the job has no output: add one")
      return nil
    }
    return fields.line(output.value, "output").map(FilePath.stem)
  }

  private func readSteps(_ entry: ManifestNode, _ job: inout PlannedJob) {
    let steps = StepReader(fields: fields, paths: paths)
    var earlier: JobKind?
    for kind in kinds {
      guard let found = entry.entry(kind.name) else { continue }
      let (options, inputs) = steps.read(found, kind, after: earlier)
      earlier = kind
      job.specification.steps.append(JobStep(kind: kind.name, options: options))
      job.inputs += inputs
    }
    if job.specification.steps.isEmpty {
      fields.problems.add(
        entry.mark, "the job has nothing to do: add \(kinds.map(\.name).alternatives)")
    }
  }

  private func readOutput(_ entry: ManifestNode, _ job: inout PlannedJob) {
    guard let output = entry.entry("output") else {
      return fields.problems.add(entry.mark, "the job has no output: add one")
    }
    guard let text = fields.line(output.value, "output") else { return }
    job.outputText = text
    func complain(_ reason: String) {
      fields.problems.add(job.outputMark, "output \(text.shown): \(reason)")
    }
    let name = FilePath.name(of: text)
    guard text.utf8.count < PathLimits.pathBytes, name.utf8.count < PathLimits.nameBytes else {
      return complain("the path is too long")
    }
    let kind = kinds.last { kind in job.specification.steps.contains { $0.kind == kind.name } }
    let endings = kind?.outputExtensions ?? []
    guard endings.isEmpty || endings.contains(FilePath.pathExtension(of: name).lowercased()) else {
      return complain("end its name in \(endings.map { ".\($0)" }.alternatives)")
    }
    switch paths.output(paths.absolute(text)) {
    case .possible(let place): job.specification.output = place
    case .impossible(let reason): complain("\(reason): choose another name")
    }
  }

  private func readRest(_ entry: ManifestNode, _ job: inout JobSpecification) {
    if let needs = entry.entry("needs"), let lines = fields.lines(needs.value, "needs") {
      var seen: Set<String> = []
      job.needs = lines.map(\.text).filter { seen.insert($0).inserted }
    }
    if let priority = entry.entry("priority") {
      job.priority = fields.integer(priority.value, "priority", JobKey.priorityRange) ?? 0
    }
    if let retries = entry.entry("retries") { readRetries(retries.value, &job.retries) }
    if let timeout = entry.entry("timeout") { readTimeout(timeout.value, &job) }
    if let labels = entry.entry("labels"), let entries = fields.mapping(labels.value, "labels") {
      for label in entries {
        job.labels[label.key] = fields.line(label.value, "label \(label.key.shown)")
      }
    }
    if let sheet = entry.entry("contact_sheet") {
      job.makesContactSheet = fields.flag(sheet.value, "contact_sheet") ?? false
    }
  }

  private func readRetries(_ node: ManifestNode, _ retries: inout RetryPolicy) {
    guard case .mapping(let entries) = node.content else {
      retries.limit = fields.integer(node, "retries", JobKey.retryLimitRange) ?? 0
      return
    }
    fields.checkKeys(entries, "retries", known: ["limit", "backoff"])
    if let limit = node.entry("limit") {
      retries.limit = fields.integer(limit.value, "limit", JobKey.retryLimitRange) ?? 0
    }
    if let backoff = node.entry("backoff") {
      retries.backoffSeconds = fields.duration(backoff.value, "backoff") ?? 0
    }
  }

  private func readTimeout(_ node: ManifestNode, _ job: inout JobSpecification) {
    guard case .mapping(let entries) = node.content else {
      job.attemptTimeoutSeconds = fields.duration(node, "timeout")
      return
    }
    fields.checkKeys(entries, "timeout", known: ["attempt", "job"])
    job.attemptTimeoutSeconds = node.entry("attempt").flatMap {
      fields.duration($0.value, "attempt")
    }
    job.jobTimeoutSeconds = node.entry("job").flatMap { fields.duration($0.value, "job") }
    if let attempt = job.attemptTimeoutSeconds, let whole = job.jobTimeoutSeconds, whole < attempt {
      fields.problems.add(
        node.mark, "timeout: job is shorter than attempt: make it at least as long")
    }
  }
}
