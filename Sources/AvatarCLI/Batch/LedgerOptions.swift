import ArgumentParser
import Batch
import Foundation
import MediaTypes
import Runtime

/// Which ledger a command looks at.
struct LedgerOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The ledger (default: $AVATAR_HOME/batch/ledger.sqlite).", valueName: "file"))
  var ledger: String?

  /// Where it lies, as an absolute path.
  var files: LedgerFiles {
    guard let ledger else { return .standard() }
    let folder = FileManager.default.currentDirectoryPath
    return LedgerFiles(ledger: ledger.hasPrefix("/") ? ledger : "\(folder)/\(ledger)")
  }

  func validate() throws {
    if ledger == "" { throw ValidationError("--ledger: name a file") }
  }
}

/// Reads manifests as this program's commands do.
enum Manifests {
  /// The jobs of the manifest at `path`; `undone` is what a faulty one keeps from being done, as "run".
  ///
  /// - Throws: `ManifestError`, after telling what is wrong line by line; `RuntimeError` for a broken build.
  static func read(_ path: String, undone: String) throws -> ExpandedManifest {
    let reader = ManifestReader(
      kinds: try JobKinds.all(), environment: ProcessInfo.processInfo.environment)
    do {
      return try reader.read(path)
    } catch {
      for line in error.lines(limit: shownErrors) { StandardStreams.tell("\(line)\n") }
      throw summary(of: error, path: path, undone)
    }
  }

  /// Errors of a manifest that are printed for people.
  static let shownErrors = 50

  private static func summary(
    of error: ManifestError, path: String, _ undone: String
  ) -> RuntimeError {
    let count = error.problemCount
    return RuntimeError(
      "\(count == 1 ? "1 error" : "\(count) errors"), \(path): nothing was \(undone); mend them first",
      exitCode: error.exitCode)
  }

  /// The path by which the ledger knows a manifest, which need not be there any more.
  static func ledgerPath(_ path: String) -> String {
    let folder = FilePath.folder(of: path)
    let real = realpath(folder, nil)
    defer { free(real) }
    let absolute =
      real.map { String(cString: $0) }
      ?? URL(fileURLWithPath: folder).standardizedFileURL.path
    return "\(absolute == "/" ? "" : absolute)/\(FilePath.name(of: path))"
  }
}
