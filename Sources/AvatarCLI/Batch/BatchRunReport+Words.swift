import Batch
import Foundation
import Runtime

/// What people are told at the end of a run.
extension BatchRunReport {
  /// Failures that are told one by one.
  private static let shownFailures = 10

  /// On one line: jobs by state, what this run did, and how long it took.
  var summary: String {
    let states = counts.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.value) \($0.key.rawValue)" }
    var parts = states.isEmpty ? ["no jobs"] : states
    parts.append("\(succeeded) done in this run, \(Amount.count(frameCount, "frame"))")
    if found > 0 { parts.append("\(found) found done") }
    if case .diskFull(let folders) = ending {
      parts.append("\(leftCount) wait for room in \(folders.joined(separator: ", "))")
    }
    parts.append(String(format: "%.1f s", seconds))
    return Amount.plain(parts.joined(separator: ", "))
  }

  /// Which jobs failed and why, which were left out, and the commands that do them after all.
  var advice: [String] {
    var lines: [String] = []
    let name = manifest.map { "\(ShellWords.join([$0])) " } ?? ""
    if !failures.isEmpty {
      lines.append("\(Amount.count(failures.count, "job")) failed:")
      lines += failures.prefix(Self.shownFailures).map {
        "  \($0.name): \($0.failureMessage ?? $0.state.rawValue)"
      }
      if failures.count > Self.shownFailures {
        lines.append(
          "  ... \(failures.count - Self.shownFailures) more: avatar batch jobs \(name)--state failed"
        )
      }
      lines.append("once that is mended, avatar batch run \(name)--retry-failed tries them again")
    }
    if let cancelled = counts[.cancelled], cancelled > 0 {
      lines.append(
        "\(Amount.count(cancelled, "job")) cancelled before and left out: avatar batch retry JOB queues "
          + "one again")
    }
    return lines
  }
}
