import ArgumentParser
import Batch

/// The jobs that a person means by name, or all of a kind.
struct NamedJobs: ParsableArguments {
  @Argument(help: ArgumentHelp("Names of jobs."))
  var job: [String] = []

  @OptionGroup
  var ledger: LedgerOptions

  @Option(name: .long, help: ArgumentHelp("Only jobs of this manifest.", valueName: "manifest"))
  var manifest: String?

  @Flag(name: .long, help: "Print one JSON object on stdout.")
  var json = false

  /// - Throws: `ValidationError` unless there are either names or `all`; `wanted` says what to give.
  func validate(orAll all: Bool, _ wanted: String) throws {
    guard job.isEmpty == all else {
      throw ValidationError("\(wanted); not both, not neither")
    }
  }

  func selection(
    all: Bool, states: Set<JobState> = Set(JobState.allCases)
  ) -> JobSelection {
    JobSelection(
      manifest: manifest.map(Manifests.ledgerPath), names: all ? nil : job, states: states)
  }
}
