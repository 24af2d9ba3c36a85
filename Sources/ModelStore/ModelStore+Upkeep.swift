import Foundation
import MediaTypes
import Transfers

extension ModelStore {
  /// How a model stands on this machine.
  public enum Status: Sendable, Equatable {
    case embedded
    /// All files have the sizes that they were installed with; `byteCount` is theirs together.
    case installed(byteCount: Int)
    /// Files are gone or changed.
    case damaged(files: [String])
    case notInstalled
  }

  /// A file that was read again.
  public struct Verification: Sendable, Equatable, Encodable {
    public let path: String
    /// nil where it is as it was installed.
    public let problem: String?
  }

  /// How `model` stands; throws `ModelStoreError.unreadableRecord`.
  public func status(of model: PublishedModel) throws(ModelStoreError) -> Status {
    if model.isEmbedded { return .embedded }
    guard let record = try record(of: model) else { return .notInstalled }
    let changed = record.files.filter { size(absolute($0.path)) != $0.byteCount }
    guard changed.isEmpty else { return .damaged(files: changed.map { absolute($0.path) }) }
    return .installed(byteCount: record.files.reduce(0) { $0 + $1.byteCount })
  }

  /// Reads every file of the model called `name` and compares it with what was installed.
  ///
  /// Throws `ModelStoreError.notInstalled` and `DownloadError.cancelled`.
  public func verify(
    _ name: String, isCancelled: () -> Bool = { false },
    report: (InstallEvent) -> Void = { _ in }
  ) throws -> [Verification] {
    let model = try published(name)
    if model.isEmbedded { throw ModelStoreError.embedded(name: name) }
    guard var record = try record(of: model) else {
      throw ModelStoreError.notInstalled(model: name, missing: [])
    }
    var results: [Verification] = []
    for index in record.parts.indices {
      try verify(&record.parts[index].weights)
      if record.parts[index].configuration != nil {
        try verify(&record.parts[index].configuration!)
      }
    }
    // A store on a read-only disk can be verified too; only the date stays as it was.
    try? record.write(to: recordPath(of: model))
    return results

    func verify(_ file: inout ModelRecord.File) throws {
      let path = absolute(file.path)
      let problem: String?
      if let byteCount = size(path) {
        report(.checking(path: path, byteCount: byteCount))
        let digest = try FileCheck.digest(
          of: path, progress: { report(.progress(byteCount: $0)) }, isCancelled: isCancelled)
        problem = digest == file.sha256 ? nil : "its SHA-256 is \(digest), not \(file.sha256)"
        if problem == nil { file.verified = FileCheck.now }
      } else {
        problem = "it is gone"
      }
      results.append(Verification(path: path, problem: problem))
    }
  }

  /// Forgets the model called `name`, and removes those of its files that lie in the store and that no other model uses.
  ///
  /// Returns the paths of the files that were removed. Throws `ModelStoreError`.
  public func remove(_ name: String) throws(ModelStoreError) -> [String] {
    let model = try published(name)
    if model.isEmbedded { throw .embedded(name: name) }
    let path = recordPath(of: model)
    let unfinished = model.parts.flatMap { part in
      part.files.flatMap { file in ["part", "part.tag"].map { "\(part.path(of: file)).\($0)" } }
    }.filter { size(absolute($0)) != nil }
    let installed = try record(of: model)?.files.map(\.path).filter { !$0.hasPrefix("/") }
    guard installed != nil || !unfinished.isEmpty else {
      throw .notInstalled(model: name, missing: [])
    }
    let lock = try StoreLock(folder)
    defer { lock.release() }
    var others: Set<String> = []
    for other in models where other.name != name {
      others.formUnion(try record(of: other)?.files.map(\.path) ?? [])
    }
    // The record goes first: a model without all its files must not count as installed.
    if installed != nil, unlink(path) != 0 {
      throw .cannotWrite(path: path, reason: String(cString: strerror(errno)), isFull: false)
    }
    let removed = ((installed ?? []) + unfinished).filter { !others.contains($0) }.map(absolute)
    for file in removed {
      unlink(file)
      rmdir(FilePath.folder(of: file))
    }
    return removed
  }
}
