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

  @Argument(help: ArgumentHelp("Names of jobs."))
  var job: [String] = []

  @OptionGroup
  var ledger: LedgerOptions

  @Option(name: .long, help: ArgumentHelp("Only jobs of this manifest.", valueName: "manifest"))
  var manifest: String?

  @Flag(name: .long, help: "All that wait or are in work.")
  var all = false

  @Flag(name: .long, help: "Print one JSON object on stdout.")
  var json = false

  func validate() throws {
    guard job.isEmpty == all else {
      throw ValidationError("name jobs, or use --all for all; not both, not neither")
    }
  }

  func run() throws {
    let selection = JobSelection(
      manifest: manifest.map(Manifests.ledgerPath), names: all ? nil : job)
    let outcomes = try LedgerControl(ledger.files).cancel(selection)
    let report = try ControlReport(outcomes, selection, ledger.files)
    if json { return try JSONOutput.write(report, usesSnakeCase: true) }
    try report.show(nothing: "no job waits or is in work: nothing to do", changed: nil)
  }
}
