import Batch
import Foundation
import Glibc

/// Shows a run: JSON lines on stdout, or lines for people on stderr with a live one on a terminal.
final class BatchRunDisplay {
  private let json: Bool
  private let quiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let encoder = JSONEncoder()
  private var isLineOpen = false
  /// Why stdout takes no lines any more; the jobs go on.
  private var outputError: (any Error)?

  init(json: Bool, quiet: Bool) {
    (self.json, self.quiet) = (json, quiet)
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  func show(_ notice: BatchRunNotice) {
    switch notice {
    case .event(let event):
      if json { write(event) }
      if !quiet || event.isFailure, let line = Self.line(event) { tell(line) }
    case .progress(let jobs): draw(jobs)
    case .warning(let text): tell("warning: \(text)")
    }
  }

  /// Prints the sum of it.
  ///
  /// - Throws: what made stdout take no lines.
  func close(_ report: BatchRunReport) throws {
    closeLine()
    if let outputError { throw outputError }
    for line in report.advice { StandardStreams.tell("avatar: \(Amount.plain(line))\n") }
    if !json { try StandardStreams.printLine(report.summary) }
  }

  private static func line(_ event: BatchEvent) -> String? {
    let job = event.job ?? ""
    let reason = event.message.map { ": \($0)" } ?? ""
    switch event.event {
    case "batch.started":
      let jobs = (event.jobs ?? [:]).sorted { $0.key < $1.key }
        .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
      return "batch: \(jobs.isEmpty ? "no jobs" : jobs)"
    case "batch.finished": return nil
    case "job.started":
      let attempt = event.attempt.map { $0 > 1 ? " (attempt \($0))" : "" } ?? ""
      return "job \(job): started\(attempt)"
    case "job.succeeded":
      let seconds = event.seconds.map { String(format: " in %.1f s", $0) } ?? ""
      return "job \(job): \(event.found == true ? "found done" : "done\(seconds)")"
    default:
      return "job \(job): \(event.event.dropFirst("job.".count))\(reason)"
    }
  }

  private func draw(_ jobs: [JobInWork]) {
    guard isTerminal, !quiet, !jobs.isEmpty else { return }
    let texts = jobs.map { job in
      let share = job.total > 0 ? " \(100 * job.done / job.total) %" : ""
      return "\(job.name): \(job.stage)\(share)"
    }
    StandardStreams.tell("\r\(texts.joined(separator: " | ").prefix(100))\u{1B}[K")
    isLineOpen = true
  }

  private func tell(_ line: String) {
    closeLine()
    StandardStreams.tell("avatar: \(line)\n")
  }

  private func closeLine() {
    if isLineOpen { StandardStreams.tell("\r\u{1B}[K") }
    isLineOpen = false
  }

  private func write(_ event: BatchEvent) {
    guard outputError == nil else { return }
    do {
      try StandardStreams.write(try encoder.encode(event) + [0x0A])
    } catch {
      outputError = error
    }
  }
}

extension BatchEvent {
  /// Whether a job of the batch is given up.
  fileprivate var isFailure: Bool { event == "job.failed" || event == "job.quarantined" }
}
