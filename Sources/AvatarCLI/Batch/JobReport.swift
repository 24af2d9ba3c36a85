import Batch

/// A job at a glance, as `--json` prints it.
struct JobReport: Encodable {
  let job: String
  let manifest: String
  let state: JobState
  let output: String
  let priority: Int
  let labels: [String: String]
  let attempts: Int
  /// Whether the manifest still has it.
  let listed: Bool
  let changedAt: String
  let failure: FailureClass?
  let message: String?

  init(_ job: JobSummary) {
    (self.job, manifest, state, output) = (job.name, job.manifest, job.state, job.output)
    (priority, labels, attempts) = (job.priority, job.labels, job.attemptCount)
    listed = job.isListed
    changedAt = Amount.timestamp(job.changedAt)
    (failure, message) = (job.failureClass, job.failureMessage)
  }

  /// For people: name, how often it was tried, and why it failed.
  var line: String {
    let tried = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
    return Amount.plain("\(job): \(state.rawValue), \(tried)\(message.map { ": \($0)" } ?? "")")
  }
}
