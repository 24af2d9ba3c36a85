import ArgumentParser
import Batch
import Foundation
import Glibc
import MediaTypes
import Runtime

/// `avatar batch adopt`: makes a ledger anew from the outputs.
struct BatchAdoptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Rebuild a lost or damaged ledger from the outputs.",
    discussion: """
      Each output says in its metadata what it was made from. Those that fit their \
      job are recorded as done; the others are told. A damaged ledger is moved aside, \
      and a ledger that is whole is only added to. Outputs are read, never changed.

      Exits with 1 when there are files that don't fit: a run does not replace them.

      Examples:
        avatar batch adopt tonight.yaml
        avatar batch adopt manifests/*.yaml --json
      """)

  @Argument(help: "The manifests that the outputs were made by.")
  var manifest: [String]

  @OptionGroup
  var ledger: LedgerOptions

  @Flag(name: .long, help: "Print one JSON object on stdout.")
  var json = false

  @Flag(name: .long, help: "No progress on stderr.")
  var quiet = false

  func run() throws {
    let manifests = try manifest.map { try Manifests.read($0, undone: "adopted") }
    let executor = try VideoJobExecutor()
    let lock = try LedgerLock(
      ledger.files, command: CommandLine.arguments.joined(separator: " "))
    let opened = try Adoption.open(lock)
    if let aside = opened.movedAside {
      StandardStreams.tell("avatar: the damaged ledger lies at \(aside) now\n")
    }
    var adoption = Adoption()
    adoption.movedAside = opened.movedAside
    for manifest in manifests {
      let display = AdoptionDisplay(quiet: quiet, manifest: manifest.path)
      defer { display.close() }
      try adoption.adopt(
        manifest, into: opened.ledger, executor: executor, progress: display.show)
    }
    try json ? JSONOutput.write(Report(adoption), usesSnakeCase: true) : show(adoption)
    if !adoption.refused.isEmpty {
      throw ArgumentParser.ExitCode(MediaTypes.ExitCode.someFailed.rawValue)
    }
  }

  private func show(_ adoption: Adoption) throws {
    for refusal in adoption.refused {
      StandardStreams.tell(
        "avatar: \(Amount.plain("job \(refusal.job): \(refusal.output) \(refusal.reason.words)"))\n"
      )
    }
    if !adoption.refused.isEmpty {
      StandardStreams.tell("avatar: move these files away: a run does not replace them\n")
    }
    try StandardStreams.printLine(
      "\(adoption.adopted.count) outputs adopted, \(adoption.knownCount) known before, "
        + "\(adoption.missingCount) missing, \(adoption.refused.count) that don't fit")
  }

  private struct Report: Encodable {
    struct Refusal: Encodable {
      let job: String
      let output: String
      let reason: Adoption.Reason
    }

    let movedAside: String?
    let adopted: [String]
    let known: Int
    let missing: Int
    let refused: [Refusal]

    init(_ adoption: Adoption) {
      (movedAside, adopted) = (adoption.movedAside, adoption.adopted)
      (known, missing) = (adoption.knownCount, adoption.missingCount)
      refused = adoption.refused.map { Refusal(job: $0.job, output: $0.output, reason: $0.reason) }
    }
  }
}

extension Adoption.Reason {
  fileprivate var words: String {
    switch self {
    case .notMadeByBatch: "was not made by a batch, or is cut off"
    case .otherKey: "was made from other inputs or options, or by another version"
    }
  }
}

/// How far the look at outputs has come: a line that is drawn over itself on a terminal, a line each thousand elsewhere.
private final class AdoptionDisplay {
  private let isQuiet: Bool
  private let manifest: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var isLineOpen = false

  init(quiet: Bool, manifest: String) {
    isQuiet = quiet
    self.manifest = Amount.plain(FilePath.name(of: manifest))
  }

  func show(done: Int, total: Int) {
    guard !isQuiet else { return }
    if isTerminal {
      StandardStreams.tell("\r\(manifest): output \(done) of \(total)\u{1B}[K")
      isLineOpen = true
    } else if done % 1000 == 0 || done == total {
      StandardStreams.tell("avatar: \(manifest): output \(done) of \(total)\n")
    }
  }

  func close() {
    if isLineOpen { StandardStreams.tell("\r\u{1B}[K") }
    isLineOpen = false
  }
}
