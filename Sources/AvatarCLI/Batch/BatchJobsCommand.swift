import ArgumentParser
import Batch
import Foundation
import MediaTypes

/// `avatar batch jobs`: the jobs of a ledger with their states.
struct BatchJobsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs",
    abstract: "List jobs with their states.",
    usage: "avatar batch jobs [<manifest>] [<options>]",
    discussion: """
      Prints a line a job on stdout: state, name, output, and why it failed, with tabs \
      between.

      Examples:
        avatar batch jobs tonight.yaml
        avatar batch jobs --state failed --state quarantined
        avatar batch jobs --label team=news --json
      """)

  @Argument(help: ArgumentHelp("The manifest (default: everything in the ledger)."))
  var manifest: String?

  @OptionGroup
  var ledger: LedgerOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only jobs in this state, of: \(JobState.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "state"))
  var state: [String] = []

  @Option(name: .long, help: ArgumentHelp("Only jobs with this label.", valueName: "name=text"))
  var label: [String] = []

  @Flag(name: .long, help: "Print one JSON object on stdout.")
  var json = false

  func validate() throws {
    for text in state where JobState(rawValue: text) == nil {
      let names = JobState.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--state \(text): use one of \(names)")
    }
    for text in label where !text.contains("=") {
      throw ValidationError("--label \(text): write it as name=text")
    }
  }

  func run() throws {
    let states = Set(state.compactMap(JobState.init))
    let jobs = try LedgerReader(ledger.files).jobs(
      manifest: manifest.map(Manifests.ledgerPath),
      states: states.isEmpty ? Set(JobState.allCases) : states, labels: labels
    ).map(JobReport.init)
    if json {
      return try JSONOutput.write(
        Report(ledger: ledger.files.ledger, jobs: jobs), usesSnakeCase: true)
    }
    let lines = jobs.map { job in
      [job.state.rawValue, job.job, job.output, job.message].compactMap(\.self).map(Amount.plain)
        .joined(separator: "\t") + "\n"
    }
    try StandardStreams.write(Data(lines.joined().utf8))
  }

  private var labels: [String: String] {
    Dictionary(
      label.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), String(parts[1]))
      }, uniquingKeysWith: { _, last in last })
  }

  private struct Report: Encodable {
    let ledger: String
    let jobs: [JobReport]
  }
}
