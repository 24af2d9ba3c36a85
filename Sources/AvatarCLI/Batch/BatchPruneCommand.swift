import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// `avatar batch prune`: forgets what is of no more use.
struct BatchPruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Forget old batches, and remove their logs and unfinished work.",
    usage: "avatar batch prune [<options>]",
    discussion: """
      Removed are batches that nobody ran since and that were over before, jobs that \
      their manifest dropped, and the history of other jobs that were over before; \
      these stay known as done. Outputs are never touched.

      Examples:
        avatar batch prune
        avatar batch prune --older-than 30d --dry-run
      """)

  @OptionGroup
  var ledger: LedgerOptions

  @Option(
    name: .long, help: ArgumentHelp("Keep what is younger, as 12h or 30d.", valueName: "time"))
  var olderThan = "90d"

  @Flag(name: .long, help: "Tell what would be removed, and remove nothing.")
  var dryRun = false

  @Flag(name: .long, help: "Print one JSON object on stdout.")
  var json = false

  func validate() throws {
    if ManifestDuration.seconds(olderThan) == nil {
      throw ValidationError("--older-than \(olderThan): write it as 12h or 30d, up to 366d")
    }
  }

  func run() throws {
    guard let seconds = ManifestDuration.seconds(olderThan) else { return }
    let files = ledger.files
    guard FileManager.default.fileExists(atPath: files.ledger) else {
      throw LedgerError.missing(path: files.ledger)
    }
    let ledger = try Ledger(
      lock: try LedgerLock(files, command: CommandLine.arguments.joined(separator: " ")))
    let report = try ledger.prune(
      finishedBefore: Date.now.timeIntervalSince1970 - seconds, isTrial: dryRun)
    if !dryRun { ledger.removeFiles(of: report, executor: try VideoJobExecutor()) }
    if json { return try JSONOutput.write(Report(report, isTrial: dryRun), usesSnakeCase: true) }
    try StandardStreams.printLine(
      "\(dryRun ? "would remove" : "removed") \(Amount.count(report.jobs.count, "job")), "
        + "\(report.attempts) attempts and \(report.events) changes of other jobs, "
        + "\(report.fileDigests) digests of files")
  }

  private struct Report: Encodable {
    let dryRun: Bool
    let batches: Int
    let jobs: [String]
    let attempts: Int
    let events: Int
    let fileDigests: Int

    init(_ report: PruneReport, isTrial: Bool) {
      (dryRun, batches, jobs) = (isTrial, report.batches, report.jobs.map(\.name))
      (attempts, events, fileDigests) = (report.attempts, report.events, report.fileDigests)
    }
  }
}
