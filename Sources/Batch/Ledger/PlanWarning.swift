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
    var folders: [String: String?] = [:]
    var warnings: [PlanWarning] = []
    for job in jobs where job.willRun {
      let output = job.specification.output
      let folder = BatchRun.existingFolder(above: output)
      let complaint = folders[folder] ?? Self.complaint(about: folder)
      folders[folder] = .some(complaint)
      if let complaint {
        warnings.append(
          PlanWarning(job: job.specification.name, reason: "output \(output): \(complaint)"))
      } else if let foreign = try ownership.look(at: job.specification).foreign {
        warnings.append(PlanWarning(job: job.specification.name, reason: foreign.failure.message))
      }
    }
    return warnings
  }

  private static func complaint(about folder: String) -> String? {
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
