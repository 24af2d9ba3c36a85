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
    if json { try JSONOutput.write(report) } else { show(report) }
    if !report.isHealthy { throw ArgumentParser.ExitCode(MediaTypes.ExitCode.someFailed.rawValue) }
  }

  private func show(_ report: DoctorReport) {
    print("avatar \(report.version)")
    print("licence     \(report.licence)")
    print("processor   \(report.processor), \(report.cores) cores, \(report.instructionSet)")
    print("memory      \(gibibytes(report.memoryBytes))")
    print("free disk   \(gibibytes(report.freeDiskBytes)) here")
    for model in report.models {
      print("model       \(model.name), \(model.bytes / 1_000_000) MB, \(model.licence)")
    }
    print("presenters  \(report.presenters.joined(separator: ", "))")
    print("libraries")
    for library in report.libraries {
      print("  \(library.name) \(library.version): \(library.purpose); \(library.licence)")
    }
    print("checks")
    for check in report.checks {
      print("  \(check.passed ? "ok    " : "FAILED") \(check.name): \(check.detail)")
    }
  }

  private func gibibytes(_ bytes: UInt64) -> String {
    String(format: "%.1f GiB", Double(bytes) / 1_073_741_824)
  }
}
