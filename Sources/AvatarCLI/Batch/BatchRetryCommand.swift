import ArgumentParser
import Batch
import MediaTypes

/// `avatar batch retry`: queues failed jobs again.
struct BatchRetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Queue failed, quarantined or cancelled jobs again.",
    usage: "avatar batch retry [<job> ...] [--failed] [<options>]",
    discussion: """
      Jobs that they need and that failed too are queued with them. A run that \
      works takes them up; otherwise the next one does.

      Examples:
        avatar batch retry a-mei b-mei
        avatar batch retry --failed
        avatar batch retry --failed --manifest tonight.yaml
      """)

  @OptionGroup
  var jobs: NamedJobs

  @Flag(name: .long, help: "All that failed or were quarantined.")
  var failed = false

  func validate() throws {
    try jobs.validate(orAll: failed, "name jobs, or use --failed for all that failed")
  }

  func run() throws {
    let selection = jobs.selection(
      all: failed, states: failed ? [.failed, .quarantined] : Set(JobState.allCases))
    let outcomes = try LedgerControl(jobs.ledger.files).retry(selection)
    let report = try ControlReport(outcomes, selection, jobs.ledger.files)
    if jobs.json { return try JSONOutput.write(report, usesSnakeCase: true) }
    try report.show(nothing: "no job has failed: nothing to do", changed: "queued again")
    if report.runner == nil, !outcomes.isEmpty {
      StandardStreams.tell("avatar: no run works: avatar batch run does them\n")
    }
  }
}
