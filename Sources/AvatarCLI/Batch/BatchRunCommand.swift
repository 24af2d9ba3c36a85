import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// `avatar batch run`: does what a manifest asks for.
struct BatchRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Make what a manifest asks for; go on where an earlier run stopped.",
    usage: "avatar batch run [<manifest>] [<options>]",
    discussion: """
      Done work is not done again; what changed since is. Without a manifest all \
      that the ledger has is done. Ctrl-C or SIGTERM ends jobs in work with their \
      segment, a second one at once; the next run goes on from there.

      Exits with 0 when all is done, 1 when jobs failed, 74 on a full disk, 75 \
      when another run holds the ledger or --max-time is over, 130 or 143 when \
      stopped. With AVATAR_NOTIFY_SECRET set, --notify posts events signed with it.

      Examples:
        avatar batch run tonight.yaml
        avatar batch run tonight.yaml --max-time 6h --quiet
        avatar batch run tonight.yaml --json --notify https://example.org/hook
      """)

  @Argument(help: ArgumentHelp("The manifest (default: everything in the ledger)."))
  var manifest: String?

  @OptionGroup
  var ledger: LedgerOptions

  @Option(
    name: .long,
    help: ArgumentHelp("Jobs in work at once; they share the networks.", valueName: "count"))
  var workers = 1

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Begin no job after this time and end those in work with their segment, as 90m or 6h.",
      valueName: "time"))
  var maxTime: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Begin no job while an output's disk has less room, as 500M or 20G (default: 1G).",
      valueName: "size"))
  var minFree: String?

  @Flag(name: .long, help: "Read finished outputs again instead of trusting their size and time.")
  var verify = false

  @Flag(name: .long, help: "Try failed and quarantined jobs again.")
  var retryFailed = false

  @Flag(name: .long, help: "Do finished jobs again.")
  var force = false

  @Option(
    name: .long,
    help: ArgumentHelp("Post events to this address, signed.", valueName: "url"))
  var notify: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Keep figures for Prometheus in this file.", valueName: "file"))
  var metrics: String?

  @Flag(name: .long, help: "Print events as JSON on stdout, one object a line.")
  var json = false

  @Flag(name: .long, help: "Only warnings and errors on stderr.")
  var quiet = false

  func validate() throws {
    guard (1...64).contains(workers) else {
      throw ValidationError("--workers \(workers): use 1 to 64")
    }
    if let maxTime, ManifestDuration.seconds(maxTime) == nil {
      throw ValidationError("--max-time \(maxTime): \(ManifestDuration.complaint)")
    }
    if let minFree, ByteCount(parsing: minFree) == nil {
      throw ValidationError("--min-free \(minFree): write it as 500M or 20G")
    }
    if let notify {
      guard Notification.accepts(notify) else {
        throw ValidationError(
          "--notify \(notify): use an address that begins with http:// or https://")
      }
      guard Notification.secret != nil else {
        throw ValidationError("--notify: set AVATAR_NOTIFY_SECRET, which events are signed with")
      }
    }
    if manifest == nil, force || verify {
      throw ValidationError(
        "--\(force ? "force" : "verify"): name the manifest that it is meant for")
    }
  }

  func run() throws {
    var expanded = try manifest.map { try Manifests.read($0, undone: "run") }
    let signals = DrainWatch()
    let display = BatchRunDisplay(json: json, quiet: quiet)
    let run = BatchRun(
      ledger.files, executor: try VideoJobExecutor(),
      hostArguments: ["/proc/self/exe", "batch", "host"], options: options)
    // Handed over, so that it needn't be kept as long as the run lasts.
    let report = try run.run(
      expanded.take(), command: CommandLine.arguments.joined(separator: " "),
      stopRequest: { signals.stopRequest }, tell: display.show)
    try display.close(report)
    let code =
      report.ending == .interrupted ? signals.interruption?.exitCode : report.exitCode
    if let code, code != .success { throw ArgumentParser.ExitCode(code.rawValue) }
  }

  private var options: BatchRun.Options {
    var options = BatchRun.Options()
    options.settings.workers = workers
    options.settings.maximumSeconds = maxTime.flatMap(ManifestDuration.seconds)
    if let size = minFree.flatMap(ByteCount.init(parsing:)) {
      options.settings.minimumFreeByteCount = size.count
    }
    options.verifies = verify
    options.forces = force
    options.retriesFailed = retryFailed
    if let notify, let secret = Notification.secret { options.webhook = (notify, secret) }
    options.metricsPath = metrics
    return options
  }
}

/// What events are signed with, and where they may go.
private enum Notification {
  static var secret: String? {
    ProcessInfo.processInfo.environment["AVATAR_NOTIFY_SECRET"].flatMap { $0.isEmpty ? nil : $0 }
  }

  static func accepts(_ url: String) -> Bool { Webhook.accepts(url) }
}

/// A size on disk as people write it: 500M, 20G, 1.5T, or bytes.
struct ByteCount {
  let count: Int

  init?(parsing text: String) {
    let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
    let unit = text.last.flatMap { units[Character($0.uppercased())] }
    let digits = unit == nil ? text : String(text.dropLast())
    guard let number = Double(digits), number >= 0, number * (unit ?? 1) < 1e18 else { return nil }
    count = Int(number * (unit ?? 1))
  }
}
