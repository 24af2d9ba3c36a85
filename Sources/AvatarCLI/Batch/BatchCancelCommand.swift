import ArgumentParser
import Batch
import MediaTypes

/// `avatar batch cancel`: takes jobs out of the queue, and stops those in work.
struct BatchCancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Cancel jobs that wait or are in work.",
    usage: "avatar batch cancel [<job> ...] [--all] [<options>]",
    discussion: """
      Jobs in work end within a second or two, and keep their finished segments for \
      avatar batch retry. Jobs that need a cancelled one fail. Outputs stay.

      Examples:
        avatar batch cancel a-mei
        avatar batch cancel --all --manifest tonight.yaml
        avatar batch cancel --all
      """)

  @OptionGroup
  var jobs: NamedJobs

  @Flag(name: .long, help: "All that wait or are in work.")
  var all = false

  func validate() throws {
    try jobs.validate(orAll: all, "name jobs, or use --all for all")
  }

  func run() throws {
    let selection = jobs.selection(all: all)
    let outcomes = try LedgerControl(jobs.ledger.files).cancel(selection)
    let report = try ControlReport(outcomes, selection, jobs.ledger.files)
    if jobs.json { return try JSONOutput.write(report, usesSnakeCase: true) }
    try report.show(nothing: "no job waits or is in work: nothing to do", changed: nil)
  }
}
