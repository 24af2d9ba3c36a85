public import Foundation

/// Figures of a ledger and its runner as Prometheus reads them from a file (text exposition format 0.0.4).
public struct Metrics: Sendable, Equatable {
  /// Jobs by state.
  public var jobs: [String: Int] = [:]
  /// Attempts that this run ended, by outcome.
  public var attempts: [String: Int] = [:]
  public var framesWritten = 0
  public var jobsInWork = 0
  public var runStarted = Date.now
  /// When the run ended; nil while it goes on.
  public var runEnded: Date?

  public init() {}

  public var text: String {
    var lines: [String] = []
    func family(_ name: String, _ type: String, _ help: String, _ samples: [(String, String)]) {
      lines += ["# HELP avatar_batch_\(name) \(help)", "# TYPE avatar_batch_\(name) \(type)"]
      lines += samples.map { "avatar_batch_\(name)\($0.0) \($0.1)" }
    }
    family("jobs", "gauge", "Jobs in the ledger by state.", samples(jobs, "state"))
    family("jobs_in_work", "gauge", "Jobs in work now.", [("", "\(jobsInWork)")])
    family(
      "attempts_total", "counter", "Attempts that this run ended, by outcome.",
      samples(attempts, "outcome"))
    family(
      "frames_written_total", "counter", "Frames of the outputs that this run finished.",
      [("", "\(framesWritten)")])
    family(
      "run_start_time_seconds", "gauge", "When the run began, seconds since 1970.",
      [("", seconds(runStarted))])
    family(
      "run_end_time_seconds", "gauge", "When the run ended, 0 while it goes on.",
      [("", runEnded.map(seconds) ?? "0")])
    return lines.joined(separator: "\n") + "\n"
  }

  /// Puts the text in place whole, so that a collector never sees half of it; throws Foundation's errors.
  public func write(to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  private func samples(_ counts: [String: Int], _ label: String) -> [(String, String)] {
    counts.sorted { $0.key < $1.key }.map { ("{\(label)=\"\($0.key)\"}", "\($0.value)") }
  }

  private func seconds(_ date: Date) -> String { "\(Int(date.timeIntervalSince1970))" }
}
