import ArgumentParser
import Foundation
import MediaTypes
import ModelStore
import Runtime

/// `avatar models verify`.
struct ModelsVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check an installed model: its files, and with --run its networks.",
    discussion: """
      Reads every file and compares it with what was installed. With --run each network runs on \
      a fixed input, twice, in fp32 and in bf16: its output has to be finite, in range, and the \
      same. The report tells what a maker of this program needs to know, and nothing about you. \
      Exits with 1 when a check fails.

      Examples:
        avatar models verify musetalk-1.5
        avatar models verify musetalk-1.5 --run --json > report.json
        avatar models verify mini --run
        avatar models verify ~/MuseTalk/models --run
      """)

  @Argument(help: ArgumentHelp("The model's name, or a models folder.", valueName: "model"))
  var name: String

  @Flag(name: .customLong("run"), help: "Run its networks too.")
  var runsNetworks = false

  @Option(name: .long, help: ArgumentHelp("Threads (default: all cores).", valueName: "count"))
  var threads: Int?

  @Flag(name: .long, help: "Show no progress.")
  var quiet = false

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads \(threads): use 1 to 256")
    }
  }

  func run() throws {
    let signals = SignalWatch()
    let display = ProgressDisplay(quiet: quiet)
    do {
      let report = try report(signals, display)
      display.close()
      if json { try JSONOutput.write(report) } else { try StandardStreams.printLine(report.text) }
      if !report.passed {
        throw ArgumentParser.ExitCode(MediaTypes.ExitCode.someFailed.rawValue)
      }
    } catch {
      display.close()
      throw signals.interruption ?? error
    }
  }

  private func report(
    _ signals: SignalWatch, _ display: ProgressDisplay
  ) throws -> ModelVerification {
    let store = ModelStore()
    let isRecorded = store.models.contains { $0.name == name && !$0.isEmbedded }
    guard isRecorded || runsNetworks else {
      throw RuntimeError(
        "\(name): no checksums were recorded for it: add --run to try its networks",
        exitCode: .usage)
    }
    let files =
      try isRecorded
      ? store.verify(
        name, isCancelled: signals.isRaised, report: { display.handle($0) }) : []
    let intact = files.allSatisfy { $0.problem == nil }
    var trial: ModelTrial.Report?
    if runsNetworks && intact {
      trial = try ModelTrial(threads: threads, progress: { display.handle($0) }).run(
        name, in: store, cancellation: signals.cancellation)
    }
    return ModelVerification(model: name, files: files, trial: trial)
  }
}

/// What `avatar models verify` found.
struct ModelVerification: Encodable {
  let model: String
  let passed: Bool
  let files: [ModelStore.Verification]
  let trial: ModelTrial.Report?

  init(model: String, files: [ModelStore.Verification], trial: ModelTrial.Report?) {
    self.model = model
    self.files = files
    self.trial = trial
    passed = files.allSatisfy { $0.problem == nil } && trial?.passed ?? true
  }

  var text: String {
    let lines = files.map { file in
      file.problem.map { "FAILED \(file.path): \($0)" } ?? "ok     \(file.path)"
    }
    return (lines + (trial.map { [$0.text] } ?? [])).joined(separator: "\n")
  }
}

/// `avatar models remove`.
struct ModelsRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove an installed model.",
    discussion: """
      Files that another installed model uses stay, and so does what lies outside \
      $AVATAR_HOME/models: imported folders, and caches of other programs.

      Example:
        avatar models remove musetalk-1.0
      """)

  @Argument(help: ArgumentHelp("The model's name.", valueName: "model"))
  var name: String

  @Flag(name: .long, help: "Print JSON.")
  var json = false

  func run() throws {
    let removed = try ModelStore().remove(name)
    if json { return try JSONOutput.write(["removed": removed]) }
    for path in removed { try StandardStreams.printLine(path) }
  }
}
