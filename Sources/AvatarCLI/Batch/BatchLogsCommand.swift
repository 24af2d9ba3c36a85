import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// `avatar batch logs`: what happened to a job.
struct BatchLogsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show what happened to a job: attempts, changes of state, its log.",
    usage: "avatar batch logs <job> [<manifest>] [<options>]",
    discussion: """
      Examples:
        avatar batch logs a-mei
        avatar batch logs a-mei tonight.yaml --follow
        avatar batch logs -- -name-with-a-dash
        avatar batch logs a-mei --json | jq .jobs[0].log.path
      """)

  @Argument(help: "The job's name.")
  var job: String

  @Argument(help: ArgumentHelp("The manifest (default: all that have such a job)."))
  var manifest: String?

  @OptionGroup
  var ledger: LedgerOptions

  @Flag(name: .long, help: "Go on with the log until the job is over.")
  var follow = false

  @Flag(name: .long, help: "Print one JSON object on stdout.")
  var json = false

  func validate() throws {
    if follow && json {
      throw ValidationError("--follow: leave --json away, or the other way round")
    }
  }

  func run() throws {
    let histories = try self.histories()
    if json {
      let reports = histories.map { JobLogReport($0, files: ledger.files) }
      return try JSONOutput.write(["jobs": reports], usesSnakeCase: true)
    }
    guard !follow || histories.count == 1 else {
      throw RuntimeError(
        "--follow: \(histories.count) manifests have a job \(job): name one of them",
        exitCode: .usage)
    }
    for (number, history) in histories.enumerated() {
      if number > 0 { try StandardStreams.printLine("") }
      let report = JobLogReport(history, files: ledger.files)
      for line in report.lines { try StandardStreams.printLine(line) }
      if follow { try followLog(report) }
    }
  }

  private func histories() throws -> [JobHistory] {
    try LedgerReader(ledger.files).histories(
      ofJob: job, manifest: manifest.map(Manifests.ledgerPath))
  }

  private func followLog(_ report: JobLogReport) throws {
    let signals = DrainWatch()
    var shown = report.log.lines.count
    var isOver = report.job.state.isFinished
    while true {
      let lines = JobLogReport.Log.lines(at: report.log.path)
      for line in lines.dropFirst(shown) {
        try StandardStreams.printLine("  \(Amount.plain(line))")
      }
      shown = lines.count
      // What was written before the end is printed by one more look.
      if isOver { return }
      isOver = try histories().allSatisfy { $0.summary.state.isFinished }
      for _ in 0..<5 where !isOver {
        if let interruption = signals.interruption {
          throw ArgumentParser.ExitCode(interruption.exitCode.rawValue)
        }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
  }
}
