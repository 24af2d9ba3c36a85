import Glibc
import MediaTypes

/// Something that would make a job of a plan fail.
public struct PlanWarning: Sendable, Hashable {
  public var job: String
  /// One line: what, where, what to do.
  public var reason: String
}

extension BatchPlan {
  /// What is foreseen to go wrong at the outputs of jobs that are ahead: folders that can't be written, and files of others.
  ///
  /// Throws `LedgerError`.
  public func outputWarnings(
    executor: any JobExecutor, reader: LedgerReader?
  ) throws(LedgerError) -> [PlanWarning] {
    let keys = jobs.compactMap { if case .known(let key) = $0.key { key } else { nil } }
    let ownership = OutputOwnership(
      database: reader?.database, executor: executor, keys: Set(keys))
    var folders = OutputFolders()
    var warnings: [PlanWarning] = []
    for job in jobs where job.willRun {
      let output = job.specification.output
      if let complaint = folders.complaint(about: output) {
        warnings.append(PlanWarning(job: job.specification.name, reason: complaint))
      } else if let foreign = try ownership.look(at: job.specification).foreign {
        warnings.append(PlanWarning(job: job.specification.name, reason: foreign.failure.message))
      }
    }
    return warnings
  }
}

extension ExpandedManifest {
  /// What the folders of outputs alone tell to go wrong, without a ledger and without a look at inputs.
  public func folderWarnings() -> [PlanWarning] {
    var folders = OutputFolders()
    return jobs.compactMap { job in
      folders.complaint(about: job.output).map { PlanWarning(job: job.name, reason: $0) }
    }
  }
}

/// Whether outputs can be created where they are to lie; each folder is asked once.
private struct OutputFolders {
  /// By folder of outputs.
  private var complaints: [String: String?] = [:]

  /// Why `output` can't be created, with what to do; nil where nothing is in its way.
  mutating func complaint(about output: String) -> String? {
    let folder = FilePath.folder(of: output)
    let complaint = complaints[folder] ?? Self.complaint(BatchRun.existingFolder(above: output))
    complaints[folder] = .some(complaint)
    return complaint.map { "output \(output): \($0)" }
  }

  private static func complaint(_ folder: String) -> String? {
    var information = stat()
    guard stat(folder, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else {
      return "\(folder) is no folder: set another output in the manifest"
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      return
        "\(folder) can't be written (\(String(cString: strerror(errno)))): set another output in the "
        + "manifest"
    }
    return nil
  }
}
