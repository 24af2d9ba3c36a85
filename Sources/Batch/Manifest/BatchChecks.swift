import MediaTypes

/// What must hold between the jobs of a batch: names, outputs, inputs and needs.
struct BatchChecks {
  let jobs: [PlannedJob]
  /// Whether every job of the manifest is among `jobs`.
  let isComplete: Bool
  let problems: ManifestProblems

  func run() {
    let names = first(of: \.specification.name)
    checkNames(names)
    let outputs = first(of: \.specification.output)
    checkOutputs(outputs)
    checkInputs(outputs)
    NeedsCheck(jobs: jobs, names: names, isComplete: isComplete, problems: problems).run()
  }

  /// The first job with each value that is not empty.
  private func first(of value: KeyPath<PlannedJob, String>) -> [String: Int] {
    var first: [String: Int] = [:]
    first.reserveCapacity(jobs.count)
    for (index, job) in jobs.enumerated() where !job[keyPath: value].isEmpty {
      if first[job[keyPath: value]] == nil { first[job[keyPath: value]] = index }
    }
    return first
  }

  private func checkNames(_ names: [String: Int]) {
    for (index, job) in jobs.enumerated() {
      guard let other = names[job.specification.name], other != index else { continue }
      let isSameEntry = jobs[other].mark == job.mark
      problems.add(
        job.nameMark,
        "two jobs are called \"\(job.specification.name.shown)\" (\(line(other))): "
          + (isSameEntry
            ? "make name of {{file.name}} or {{matrix.NAME}}" : "give each its own name"))
    }
  }

  private func checkOutputs(_ outputs: [String: Int]) {
    for (index, job) in jobs.enumerated() {
      let output = job.specification.output
      if let other = outputs[output], other != index {
        problems.add(
          job.outputMark,
          "two jobs write \(job.outputText.shown) (\(line(other))): "
            + (jobs[other].mark == job.mark
              ? "put {{job.name}} into the output" : "give each its own output"))
      }
      if let other = outputs[FilePath.folder(of: output)] {
        problems.add(
          job.outputMark,
          "output \(job.outputText.shown): lies in what another job writes (\(line(other))): choose another name"
        )
      }
    }
  }

  private func checkInputs(_ outputs: [String: Int]) {
    var pictureFolders: Set<String> = []
    for (index, job) in jobs.enumerated() {
      for input in job.inputs {
        switch input.found {
        case .file(let place): checkMade(input, place, by: outputs[place], index)
        case .missing(let place, let reason):
          if let maker = outputs[place] {
            checkMade(input, place, by: maker, index)
          } else {
            complainMissing(input, reason)
          }
        case .folder(let place): pictureFolders.insert(place)
        }
      }
    }
    guard !pictureFolders.isEmpty else { return }
    for job in jobs where pictureFolders.contains(FilePath.folder(of: job.specification.output)) {
      problems.add(
        job.outputMark,
        "output \(job.outputText.shown): lies in a folder of input pictures: choose another"
      )
    }
  }

  /// An input that a job of the batch makes is only there in time where the user of it waits.
  private func checkMade(_ input: StepReader.Input, _ place: String, by maker: Int?, _ user: Int) {
    guard let maker else { return }
    let what = "\(input.key) \(input.text.shown)"
    if maker == user {
      problems.add(
        jobs[user].outputMark,
        "\(what): is also the job's output, and would be lost: choose another")
      return
    }
    let name = jobs[maker].specification.name
    guard !jobs[user].specification.needs.contains(name) else { return }
    problems.add(
      input.mark, "\(what): is the output of \"\(name.shown)\": add that to the job's needs")
  }

  private func complainMissing(_ input: StepReader.Input, _ reason: String) {
    let home = input.text.hasPrefix("~/") ? "write {{env.HOME}} for ~" : "check the path"
    let question = problems.isFull ? "" : NearestName.question(input.text, among: input.names)
    let names = input.names.isEmpty ? "" : ", and no name that is known (\(input.names.listed))"
    let advice = question.isEmpty ? ": \(home)" : question
    problems.add(input.mark, "\(input.key) \(input.text.shown): \(reason)\(names)\(advice)")
  }

  private func line(_ job: Int) -> String { "the other is on line \(jobs[job].mark.line)" }
}
