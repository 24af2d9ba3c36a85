import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// `avatar batch status`: how things stand.
struct BatchStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how things stand: jobs by state, those in work, failures.",
    usage: "avatar batch status [<manifest>] [<options>]",
    discussion: """
      May be used at any time, also while a run works. With --watch the table is \
      drawn anew each second until no job is left (Ctrl-C ends it); where stdout is \
      no terminal, a line is printed whenever something changed.

      Examples:
        avatar batch status
        avatar batch status tonight.yaml --watch
        avatar batch status --json | jq .jobs
      """)

  @Argument(help: ArgumentHelp("The manifest (default: everything in the ledger)."))
  var manifest: String?

  @OptionGroup
  var ledger: LedgerOptions

  @Flag(name: .long, help: "Go on showing it until no job is left.")
  var watch = false

  @Option(
    name: .long, help: ArgumentHelp("How many of the latest failures to list.", valueName: "count"))
  var failures = 10

  @Flag(name: .long, help: "Print one JSON object on stdout; with --watch one a line.")
  var json = false

  func validate() throws {
    guard (0...100_000).contains(failures) else {
      throw ValidationError("--failures \(failures): use 0 to 100000")
    }
  }

  func run() throws {
    let path = manifest.map(Manifests.ledgerPath)
    let look = {
      let status = try LedgerReader(ledger.files).status(manifest: path, failureLimit: failures)
      return StatusReport(
        status, manifest: path, ledger: ledger.files.ledger,
        runner: LedgerLock.holder(of: ledger.files))
    }
    if watch {
      try StatusWatch(json: json, look: look).run()
    } else if json {
      try JSONOutput.write(try look(), usesSnakeCase: true)
    } else {
      for line in try look().lines { try StandardStreams.printLine(line) }
    }
  }
}
