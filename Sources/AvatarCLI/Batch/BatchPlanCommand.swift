import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// `avatar batch plan`: what a run would do, without doing it.
struct BatchPlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Show what a run would do, and estimate time and disk.",
    usage: "avatar batch plan <manifest> [<options>]",
    discussion: """
      Changes nothing, needs no ledger, and may be used while a run works. Times and \
      sizes are reckoned from the rates of jobs that this machine has done before.

      Examples:
        avatar batch plan tonight.yaml
        avatar batch plan tonight.yaml --all
        avatar batch plan tonight.yaml --json
      """)

  @Argument(help: "The manifest.")
  var manifest: String

  @OptionGroup
  var ledger: LedgerOptions

  @Flag(name: .long, help: "Read finished outputs again instead of trusting their size and time.")
  var verify = false

  @Flag(name: .long, help: "Plan as if finished jobs were to be done again.")
  var force = false

  @Option(
    name: .long,
    help: ArgumentHelp("Warn of disks with less room (default: 1G).", valueName: "size"))
  var minFree: String?

  @Flag(name: .long, help: "List all jobs, also those that are done.")
  var all = false

  @Flag(name: .long, help: "Print one JSON object with all jobs on stdout.")
  var json = false

  func validate() throws {
    if let minFree, ByteCount(parsing: minFree) == nil {
      throw ValidationError("--min-free \(minFree): write it as 500M or 20G")
    }
  }

  /// Warnings that are told to people without `--all`.
  private static let shownWarnings = 10
  /// Jobs that are listed for people without `--all`.
  private static let shownJobs = 50

  func run() throws {
    let expanded = try Manifests.read(manifest, undone: "planned")
    let reader = try openReader()
    let executor = try VideoJobExecutor()
    let plan = try BatchPlan(
      expanded, executor: executor, reader: reader, verifies: verify, forces: force)
    let rates = try reader?.rates() ?? RateTable()
    let report = PlanReport(
      plan, estimate: PlanEstimate(plan, executor: executor, rates: rates),
      disks: OutputDisk.all(of: plan),
      warnings: try plan.outputWarnings(executor: executor, reader: reader),
      minimumFreeByteCount: minFree.flatMap(ByteCount.init(parsing:))?.count
        ?? RunnerSettings().minimumFreeByteCount,
      ledger: ledger.files.ledger)
    if json { return try JSONOutput.write(report, usesSnakeCase: true) }
    let jobs = all ? report.jobs : report.jobs.filter { $0.action != .done }
    let shown = all ? jobs[...] : jobs.prefix(Self.shownJobs)
    for job in shown { try StandardStreams.printLine(Self.line(job)) }
    if shown.count < jobs.count {
      try StandardStreams.printLine("... \(jobs.count - shown.count) more: --all lists them")
    }
    let warnings = all ? report.warnings[...] : report.warnings.prefix(Self.shownWarnings)
    for warning in warnings {
      try StandardStreams.printLine(Amount.plain("warning: job \(warning.job): \(warning.reason)"))
    }
    if warnings.count < report.warnings.count {
      let more = Amount.count(report.warnings.count - warnings.count, "more warning")
      try StandardStreams.printLine("... \(more): --all lists them")
    }
    for line in Self.summary(report, manifest) { try StandardStreams.printLine(line) }
  }

  private func openReader() throws -> LedgerReader? {
    do {
      return try LedgerReader(ledger.files)
    } catch .missing {
      return nil
    }
  }

  private static func line(_ job: PlanReport.Job) -> String {
    let action = job.action.words.padding(toLength: 18, withPad: " ", startingAt: 0)
    return Amount.plain("\(action) \(job.job)\(job.reason.map { ": \($0)" } ?? "")")
  }

  private static func summary(_ report: PlanReport, _ manifest: String) -> [String] {
    let counts = PlanVerdict.allCases.compactMap { verdict in
      report.actions[verdict.rawValue].map { "\($0) \(verdict.words)" }
    }
    let jobs = Amount.count(report.jobs.count, "job")
    var lines = [
      "\(manifest): \(jobs), \(report.jobsToRun) to run: \(counts.joined(separator: ", "))"
    ]
    if !report.gone.isEmpty {
      let names = report.gone.prefix(5).map { Amount.plain($0.job) }.joined(separator: ", ")
      let more = report.gone.count > 5 ? ", ..." : ""
      lines.append("not in the manifest any more: \(names)\(more) (\(report.gone.count))")
    }
    guard report.jobsToRun > 0 else { return lines }
    lines += report.estimate.lines
    lines += report.disks.map { disk in
      let free = Amount.bytes(Double(disk.freeBytes))
      return
        "disk: \(free) free at \(Amount.plain(disk.folder)) for \(Amount.count(disk.jobs, "job"))"
        + (disk.warning.map { "; warning: \($0)" } ?? "")
    }
    return lines
  }
}

extension PlanVerdict {
  var words: String { rawValue.replacingOccurrences(of: "_", with: " ") }
}
