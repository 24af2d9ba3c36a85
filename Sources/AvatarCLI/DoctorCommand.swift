import ArgumentParser
import Foundation
import MediaTypes
import Runtime

/// `avatar doctor`: is this machine fit, and what does the program run with.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check this machine: libraries and licences, processor, models, disk.",
    discussion: """
      Exits with 1 when a check fails.

      Examples:
        avatar doctor
        avatar doctor --json
      """)

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let report = DoctorReport.make()
    if json { try JSONOutput.write(report) } else { try show(report) }
    if !report.isHealthy { throw ArgumentParser.ExitCode(MediaTypes.ExitCode.someFailed.rawValue) }
  }

  private func show(_ report: DoctorReport) throws {
    try StandardStreams.printLine("avatar \(report.version)")
    try StandardStreams.printLine("licence     \(report.licence)")
    try StandardStreams.printLine(
      "processor   \(report.processor), \(report.cores) cores, \(report.instructionSet)")
    try StandardStreams.printLine("memory      \(gibibytes(report.memoryBytes))")
    try StandardStreams.printLine("free disk   \(gibibytes(report.freeDiskBytes)) here")
    for model in report.models {
      try StandardStreams.printLine(
        "model       \(model.name), \(model.bytes / 1_000_000) MB, \(model.licence)")
    }
    try StandardStreams.printLine("presenters  \(report.presenters.joined(separator: ", "))")
    try StandardStreams.printLine("libraries")
    for library in report.libraries {
      try StandardStreams.printLine(
        "  \(library.name) \(library.version): \(library.purpose); \(library.licence)")
    }
    try StandardStreams.printLine("checks")
    for check in report.checks {
      try StandardStreams.printLine(
        "  \(check.passed ? "ok    " : "FAILED") \(check.name): \(check.detail)")
    }
  }

  private func gibibytes(_ bytes: UInt64) -> String {
    String(format: "%.1f GiB", Double(bytes) / 1_073_741_824)
  }
}
