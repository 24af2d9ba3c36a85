import GRDB
import MediaTypes

/// Compares a manifest's jobs with what the ledger and the disk have of them; changes nothing.
struct BatchPlanner {
  /// Nil when there is no ledger yet.
  let database: LedgerDatabase?
  let executor: any JobExecutor
  let digests: FileDigests
  /// Whether finished outputs are read again, rather than known by size and time.
  let verifies: Bool
  /// Whether finished jobs are done again.
  let forces: Bool

  /// What is known of the jobs that others need.
  private struct NeededJobs {
    /// Names by output.
    var producers: [String: String] = [:]
    /// By name, of those planned so far: the outputs that are not there, and whether they may still come.
    var unfinished: [String: (output: String, mayCome: Bool)] = [:]

    init(_ jobs: [JobSpecification]) {
      let names = Set(jobs.flatMap(\.needs))
      guard !names.isEmpty else { return }
      for job in jobs where names.contains(job.name) { producers[job.output] = job.name }
    }
  }

  /// The plan for `manifest`.
  ///
  /// Throws `LedgerError`.
  func plan(_ manifest: ExpandedManifest) throws -> BatchPlan {
    let jobs = manifest.jobs
    let order = try NeedsOrder.positions(of: jobs)
    var needed = NeededJobs(jobs)
    var planned = jobs.map { BatchPlan.Job(specification: $0, key: .later, action: .add) }
    for start in stride(from: 0, to: order.count, by: 500) {
      let positions = order[start..<min(start + 500, order.count)]
      let known = try known(manifest: manifest.path, jobs: positions.map { jobs[$0] })
      try digests.announce(positions.flatMap { (try? executor.inputs(of: jobs[$0])) ?? [] })
      for (position, known) in zip(positions, known) {
        planned[position] = try plan(jobs[position], known, &needed)
      }
    }
    try digests.save()
    return BatchPlan(
      manifest: manifest.path, digest: manifest.digest, jobs: planned,
      gone: try gone(manifest: manifest.path, names: Set(jobs.map(\.name))), forces: forces,
      order: order)
  }

  private func plan(
    _ job: JobSpecification, _ known: KnownJob, _ needed: inout NeededJobs
  ) throws -> BatchPlan.Job {
    let key = try key(of: job, needed)
    var planned = BatchPlan.Job(
      specification: job, key: key, state: known.situation?.state, action: .add)
    if let situation = known.situation {
      planned.condition = condition(of: situation, job, key: key)
      planned.action = situation.action(
        for: key, output: job.output, condition: planned.condition, forces: forces)
    } else if case .impossible(let failure) = key {
      planned.action = .fail(failure)
    } else if let made = known.inherited, key == .known(made.key), !forces,
      made.condition(at: job.output, verifies: verifies).isIntact, executor.isComplete(job)
    {
      planned.inherited = made
      planned.action = .adopt
    }
    let isDone =
      planned.action == .adopt || planned.action == .keep && planned.state == .succeeded
    if !isDone, needed.producers[job.output] != nil {
      needed.unfinished[job.name] = (job.output, planned.willRun)
    }
    return planned
  }

  /// What the output looks like, where that matters: not for what will be done again anyway.
  private func condition(
    of situation: JobSituation, _ job: JobSpecification, key: BatchPlan.Key
  ) -> MadeOutput.Condition? {
    guard situation.state == .succeeded, situation.output == job.output, let made = situation.made
    else { return nil }
    if case .known(let key) = key, key != made.key { return nil }
    let condition = made.condition(at: job.output, verifies: verifies)
    return condition.isIntact && !executor.isComplete(job) ? .incomplete : condition
  }

  /// The job's key, unless it depends on what other jobs of the batch are still to make.
  private func key(of job: JobSpecification, _ needed: NeededJobs) throws -> BatchPlan.Key {
    do {
      let inputs = try executor.inputs(of: job)
      var mayCome = inputs.compactMap { needed.producers[$0] }.filter { $0 != job.name }
        .compactMap { needed.unfinished[$0]?.mayCome }
      for need in job.needs {
        guard let (output, needMayCome) = needed.unfinished[need] else { continue }
        let isInside = inputs.contains { output.hasPrefix("\($0)/") }
        if isInside { mayCome.append(needMayCome) }
      }
      if mayCome.contains(false) { return .never }
      if mayCome.contains(true) { return .later }
      return .known(try executor.key(of: job, digests: digests))
    } catch let error as LedgerError where !error.isAboutInput {
      throw error
    } catch {
      let failure = JobFailure(error)
      return failure.failureClass.mayPass ? .later : .impossible(failure)
    }
  }
}

// MARK: - What the ledger knows

extension BatchPlanner {
  private struct KnownJob {
    var situation: JobSituation?
    /// What a job of another name or manifest made at the same place.
    var inherited: MadeOutput?
  }

  private func known(manifest: String, jobs: [JobSpecification]) throws -> [KnownJob] {
    guard let database else { return jobs.map { _ in KnownJob() } }
    return try database.read { database in
      let batch = try database.batchIfKnown(ofManifest: manifest)
      return try jobs.map { job in
        if let row = try batch.flatMap({ try database.job(named: job.name, batch: $0) }) {
          return KnownJob(situation: JobSituation(row))
        }
        return KnownJob(inherited: try database.made(at: job.output))
      }
    }
  }

  private func gone(manifest: String, names: Set<String>) throws -> [BatchPlan.GoneJob] {
    guard let database else { return [] }
    return try database.read { database in
      guard let batch = try database.batchIfKnown(ofManifest: manifest) else { return [] }
      return try database.jobs(ofBatch: batch, besides: names)
    }
  }
}

extension Database {
  func batchIfKnown(ofManifest path: String) throws -> Int? {
    let statement = try cachedStatement(sql: "SELECT id FROM batches WHERE manifest = ?")
    return try Int.fetchOne(statement, arguments: [path])
  }

  func job(named name: String, batch: Int) throws -> JobRow? {
    let statement = try cachedStatement(
      sql: "SELECT \(JobRow.columns) FROM jobs WHERE batch = ? AND name = ?")
    return try Row.fetchOne(statement, arguments: [batch, name]).map(JobRow.init)
  }

  /// What was last made at the path `output`.
  func made(at output: String) throws -> MadeOutput? {
    let statement = try cachedStatement(
      sql: """
        SELECT made_key, made_sha256, made_byte_count, made_modified_nanoseconds FROM jobs
        WHERE output = ? AND made_key IS NOT NULL ORDER BY changed_at DESC LIMIT 1
        """)
    return try Row.fetchOne(statement, arguments: [output]).flatMap { MadeOutput($0, from: 0) }
  }

  /// The jobs of a batch without those of these names, in order.
  func jobs(ofBatch batch: Int, besides names: Set<String>) throws -> [BatchPlan.GoneJob] {
    let statement = try cachedStatement(
      sql: "SELECT name, state FROM jobs WHERE batch = ? ORDER BY position")
    let rows = try Row.fetchCursor(statement, arguments: [batch])
    var gone: [BatchPlan.GoneJob] = []
    while let row = try rows.next() {
      let name: String = row[0]
      if !names.contains(name) {
        gone.append(BatchPlan.GoneJob(name: name, state: try JobRow.state(row[1])))
      }
    }
    return gone
  }
}
