import Foundation
import Glibc
import MediaTypes

/// One run of a batch: takes the ledger's lock, enqueues what a manifest asks for, does it, and tells those who want to know.
public final class BatchRun {
  /// How to run.
  public struct Options: Sendable {
    public var settings = RunnerSettings()
    /// Reads finished outputs again instead of trusting their size and time.
    public var verifies = false
    /// Has finished jobs done again.
    public var forces = false
    /// Tries failed and quarantined jobs again.
    public var retriesFailed = false
    /// Where events are posted, and with what secret they are signed.
    public var webhook: (url: String, secret: String)?
    /// Where figures for Prometheus are written.
    public var metricsPath: String?

    public init() {}
  }

  private let files: LedgerFiles
  private let executor: any JobExecutor
  private let hostArguments: [String]
  private let options: Options
  private let clock: BatchClock

  /// `hostArguments` are the program, by its path, and the arguments that serve as a `BatchHost` with an executor like `executor`.
  public init(
    _ files: LedgerFiles, executor: any JobExecutor, hostArguments: [String],
    options: Options = Options(), clock: BatchClock = .system
  ) {
    self.files = files
    self.executor = executor
    self.hostArguments = hostArguments
    self.options = options
    self.clock = clock
  }

  /// Runs the jobs of `manifest`, or all that the ledger has, until nothing is left to do, time is over or `stopRequest` asks for
  /// an end.
  ///
  /// Throws `LedgerError`, such as `.locked` while another runner works, and `BatchError`. What was done until then is in the
  /// ledger; the next run goes on from there.
  public func run(
    _ manifest: consuming ExpandedManifest?, command: String,
    stopRequest: @escaping () -> StopRequest,
    tell: @escaping (BatchRunNotice) -> Void
  ) throws -> BatchRunReport {
    let began = ContinuousClock.now
    let ledger = try Ledger(
      lock: try LedgerLock(files, command: command, clock: clock), clock: clock)
    let path = manifest?.path
    let lastEvent = try ledger.reader.latestEvent()
    let enqueued = try enqueue(manifest, ledger)
    // From here on the ledger has all of it; a run may take days.
    manifest = nil
    FreedMemory.giveBack()
    if options.retriesFailed {
      try ledger.control.retry(JobSelection(manifest: path, states: [.failed, .quarantined]))
    }
    let telling = RunTelling(
      files: files, reader: ledger.reader, manifest: path, options: options,
      lastEvent: lastEvent, tell: tell)
    try telling.begin(enqueued)
    do {
      let ending = try work(ledger, enqueued?.batch, telling, stopRequest)
      let report = BatchRunReport(
        ending: ending, counts: try ledger.reader.status(manifest: path).counts, manifest: path,
        succeeded: telling.succeeded, found: telling.found, frameCount: telling.frameCount,
        failures: try ledger.reader.jobs(manifest: path, states: [.failed, .quarantined]),
        enqueued: enqueued, seconds: (ContinuousClock.now - began) / .seconds(1))
      telling.end(report)
      return report
    } catch {
      telling.end(error)
      throw error
    }
  }

  private func enqueue(
    _ manifest: ExpandedManifest?, _ ledger: Ledger
  ) throws -> EnqueueReport? {
    try manifest.map {
      try ledger.enqueue(
        ledger.plan(
          $0, executor: executor, verifies: options.verifies, forces: options.forces))
    }
  }

  private func work(
    _ ledger: Ledger, _ batch: Int?, _ telling: RunTelling,
    _ stopRequest: @escaping () -> StopRequest
  ) throws -> RunnerEnding {
    let running = try RunningLedger(
      ledger, executor: executor, worker: "process \(getpid())", batch: batch,
      settled: telling.settled)
    let (arguments, log) = (hostArguments, telling.hostLog)
    let environment = RunnerEnvironment(
      makeHost: { try HostProcess(arguments: arguments, log: log.begin()) },
      stopRequest: stopRequest,
      folder: { Self.existingFolder(above: $0) })
    return try BatchRunner(
      ledger: running, settings: options.settings, environment: environment,
      notice: telling.notice
    ).run()
  }

  /// The folder of `output`, or the nearest one above it that is there: outputs' folders are made by their jobs.
  static func existingFolder(above output: String) -> String {
    var folder = FilePath.folder(of: output)
    while access(folder, F_OK) != 0, folder != "/", folder != "." {
      folder = FilePath.folder(of: folder)
    }
    return folder
  }
}
