import Foundation
import MediaTypes
public import Transfers

/// Installs models: finds what is there, downloads the rest, checks all of it, and writes a record at the end.
public struct ModelInstaller: Sendable {
  let store: ModelStore
  /// `models/` folders to look into first; files stay there.
  let folders: [String]
  let mayDownload: Bool
  let patience: HTTPDownload.Patience
  let isCancelled: @Sendable () -> Bool
  let report: @Sendable (InstallEvent) -> Void

  public init(
    _ store: ModelStore, folders: [String] = [], mayDownload: Bool = true,
    patience: HTTPDownload.Patience = .init(),
    isCancelled: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (InstallEvent) -> Void = { _ in }
  ) {
    self.store = store
    self.folders = folders.map { URL(fileURLWithPath: $0).path }
    self.mayDownload = mayDownload
    self.patience = patience
    self.isCancelled = isCancelled
    self.report = report
  }

  /// The models whose main part lies in the installer's folders.
  ///
  /// Throws `ModelStoreError`, `.incompleteFolder`, `.unrecognisedFolder` or `.unknown`, where there is none.
  public func namesInFolders() throws(ModelStoreError) -> [String] {
    for folder in folders where !store.isFolder(folder) {
      throw .unknown(name: folder, known: store.models.map(\.name))
    }
    let places = folders.map { ModelPlace(path: $0, layout: .upstream) }
    let found = store.candidates.filter { model in
      model.mainPart.map { store.find($0, in: places) != nil } ?? false
    }
    guard found.isEmpty else { return found.map(\.name) }
    throw store.lacking(places, completedBy: [])
  }

  /// What is to be done for the model called `name`.
  ///
  /// Throws `ModelStoreError.unknown`, `.embedded` and `.notRunnable`; where downloads are not allowed and files are missing `.incompleteFolder`, and
  /// `InstallError.offline` or `.byHand`.
  public func plan(_ name: String) throws -> InstallPlan {
    let model = try store.published(name)
    if model.isEmbedded { throw ModelStoreError.embedded(name: name) }
    guard model.isRunnable else { throw ModelStoreError.notRunnable(name: name) }
    let places = folders.map { ModelPlace(path: $0, layout: .upstream) } + store.places
    let steps = model.parts.map { part in
      for place in places {
        if let found = place.find(part) {
          return InstallPlan.Step(part: part, source: .found(found, in: place))
        }
      }
      return InstallPlan.Step(part: part, source: .download)
    }
    let plan = InstallPlan(model: model, steps: steps)
    try checkThatRestCanBeHad(plan)
    return plan
  }

  /// Does what `plan` says, and gives the model.
  ///
  /// Whatever stops it, files that have come are kept, and the next call goes on from there; the model counts as installed only at the end. Throws
  /// `ModelStoreError`, `InstallError`, and `DownloadError.cancelled`.
  public func install(_ plan: InstallPlan) throws -> InstalledModel {
    try SafeFile.makeFolder(store.folder)
    let lock = try StoreLock(store.folder)
    defer { lock.release() }
    try checkSpace(plan)
    var parts: [ModelRecord.Part] = []
    for step in plan.steps { parts.append(try install(step)) }
    try ModelRecord(model: plan.model.name, parts: parts).write(
      to: store.recordPath(of: plan.model))
    return try store.locate(plan.model.name)
  }

  private func checkThatRestCanBeHad(_ plan: InstallPlan) throws {
    guard !plan.downloads.isEmpty else { return }
    guard mayDownload else {
      throw ModelStoreError.incompleteFolder(
        folder: folders.first ?? store.folder, model: plan.model.name,
        missing: plan.downloads.flatMap { part in part.files.map(part.path(of:)) })
    }
    let hub = HubAddress(environment: store.environment)
    let files = plan.downloads.flatMap { part in part.files.map { (part, $0) } }
      .filter { part, file in store.size(store.path(of: file, in: part)) == nil }
    if hub.isOffline, !files.isEmpty {
      throw InstallError.offline(
        model: plan.model.name, files: files.map { hub.instruction($1, $0, store) })
    }
    let byHand = files.filter { hub.address(of: $1.origin) == nil }
    guard byHand.isEmpty else {
      throw InstallError.byHand(
        model: plan.model.name, files: byHand.map { hub.instruction($1, $0, store) })
    }
  }

  private func checkSpace(_ plan: InstallPlan) throws(InstallError) {
    let files = plan.downloads.flatMap { part in part.files.map { (part, $0) } }
    let needed = files.reduce(0) { sum, item in
      let path = store.path(of: item.1, in: item.0)
      let there = store.size(path) ?? store.size("\(path).part") ?? 0
      return sum + max((item.1.byteCount ?? 0) - there, 0)
    }
    var status = statvfs()
    guard statvfs(store.folder, &status) == 0 else { return }
    let free = Int(clamping: status.f_bavail) * Int(clamping: status.f_frsize)
    if needed > free { throw .noSpace(path: store.folder, needed: needed, free: free) }
  }
}
