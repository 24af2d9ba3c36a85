import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// `avatar batch validate`: everything that is wrong with manifests, before anything runs.
struct BatchValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Check manifests and tell all errors at once; nothing is run.",
    discussion: """
      Keys and values, templates, inputs' presence, outputs and needs are checked; output folders \
      that can't be written are warned of. Exits with 65 when a manifest has errors, 66 when one \
      can't be read. What takes the ledger or a look into files, such as files of others where \
      outputs are to go, sounds that can't be read and models that are not installed, `avatar batch \
      plan` tells.

      Examples:
        avatar batch validate tonight.yaml
        avatar batch validate manifests/*.yaml --json
      """)

  @Argument(help: ArgumentHelp("Manifests: YAML, or JSON in files that end in .json."))
  var manifest: [String]

  @Flag(name: .long, help: "Print one JSON object about all manifests on stdout.")
  var json = false

  /// Errors of a manifest that are printed for people.
  private static let shownErrors = 50

  func run() throws {
    let reader = ManifestReader(
      kinds: try JobKinds.all(), environment: ProcessInfo.processInfo.environment)
    let results = manifest.map { Result(reader, $0) }
    if json {
      try JSONOutput.write(Report(isValid: results.allSatisfy(\.isValid), manifests: results))
    } else {
      for result in results { try show(result) }
    }
    try finish(results)
  }

  private func show(_ result: Result) throws {
    guard let error = result.error else {
      let jobs = result.jobs == 1 ? "1 job" : "\(result.jobs) jobs"
      for warning in result.warnings.prefix(Self.shownErrors) {
        StandardStreams.tell(
          Amount.plain("\(result.path): warning: job \(warning.job): \(warning.reason)") + "\n")
      }
      if result.warnings.count > Self.shownErrors {
        let count = result.warnings.count - Self.shownErrors
        StandardStreams.tell("\(result.path): \(count) more warnings\n")
      }
      return try StandardStreams.printLine("\(result.path): valid, \(jobs)")
    }
    for line in error.lines(limit: Self.shownErrors) { StandardStreams.tell("\(line)\n") }
    if error.problemCount > Self.shownErrors {
      StandardStreams.tell("\(result.path): \(error.problemCount - Self.shownErrors) more errors\n")
    }
  }

  private func finish(_ results: [Result]) throws {
    let errors = results.compactMap(\.error)
    guard !errors.isEmpty else { return }
    let code = errors.contains { $0.exitCode == .badInput } ? .badInput : errors[0].exitCode
    if json { throw ArgumentParser.ExitCode(code.rawValue) }
    let count = errors.reduce(0) { $0 + $1.problemCount }
    let what = count == 1 ? "1 error" : "\(count) errors"
    let place =
      results.count == 1 ? results[0].path : "\(errors.count) of \(results.count) manifests"
    throw RuntimeError(
      "\(what), \(place): nothing would run before they are mended", exitCode: code)
  }
}

extension BatchValidateCommand {
  /// What `--json` prints.
  private struct Report: Encodable {
    let isValid: Bool
    let manifests: [Result]

    enum CodingKeys: String, CodingKey {
      case isValid = "valid"
      case manifests
    }
  }

  /// One manifest, read.
  private struct Result: Encodable {
    let path: String
    var jobs = 0
    var digest: String?
    var warnings: [PlanWarning] = []
    var error: ManifestError?
    var isValid: Bool { error == nil }

    init(_ reader: ManifestReader, _ path: String) {
      self.path = path
      do throws(ManifestError) {
        let manifest = try reader.read(path)
        (jobs, digest) = (manifest.jobs.count, manifest.digest)
        warnings = manifest.folderWarnings()
      } catch {
        self.error = error
      }
    }

    enum CodingKeys: String, CodingKey {
      case path, valid, jobs, digest, errors, warnings
      case errorCount = "error_count"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(path, forKey: .path)
      try container.encode(isValid, forKey: .valid)
      try container.encode(jobs, forKey: .jobs)
      try container.encodeIfPresent(digest, forKey: .digest)
      try container.encode(error?.problemCount ?? 0, forKey: .errorCount)
      try container.encode(error?.problems ?? [], forKey: .errors)
      try container.encode(
        warnings.map { PlanReport.Warning(job: $0.job, reason: $0.reason) }, forKey: .warnings)
    }
  }
}
