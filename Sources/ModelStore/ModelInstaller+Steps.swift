import Foundation
import MediaTypes
import Transfers

extension ModelInstaller {
  /// Makes one part ready and gives its record.
  func install(_ step: InstallPlan.Step) throws -> ModelRecord.Part {
    guard case .found(let found, let place) = step.source else { return try download(step.part) }
    do {
      return try record(step.part, found)
    } catch let error as ModelStoreError {
      // What other programs left, or the store's own file gone bad, is no reason to give up.
      let isNamed = folders.contains(place.path)
      guard mayDownload, !isNamed, case .wrongFile = error else { throw error }
      report(.warning("\(error)"))
      return try download(step.part, mayKeep: false)
    }
  }

  private func record(_ part: ModelPart, _ found: FoundPart) throws -> ModelRecord.Part {
    func check(_ file: FoundFile) throws -> ModelRecord.File {
      report(.checking(path: file.path, byteCount: store.size(file.path) ?? 0))
      return try FileCheck(models: store.models).record(
        of: file.path, as: file.published, in: part, isPublishedForm: file.isPublishedForm,
        storedAs: store.relative(file.path), progress: { report(.progress(byteCount: $0)) },
        isCancelled: isCancelled)
    }
    return try ModelRecord.Part(
      role: part.role, weights: check(found.weights),
      configuration: found.configuration.map(check))
  }

  private func download(_ part: ModelPart, mayKeep: Bool = true) throws -> ModelRecord.Part {
    try SafeFile.makeFolder("\(store.folder)/\(part.folder)")
    return try ModelRecord.Part(
      role: part.role, weights: download(part.weights, of: part, mayKeep: mayKeep),
      configuration: part.configuration.map { try download($0, of: part, mayKeep: mayKeep) })
  }

  /// Downloads one file to its place, unless the right one lies there.
  private func download(
    _ file: PublishedFile, of part: ModelPart, mayKeep: Bool
  ) throws -> ModelRecord.File {
    let path = store.path(of: file, in: part)
    let check = FileCheck(models: store.models)
    func record(_ place: String, announced: String? = nil) throws -> ModelRecord.File {
      report(.checking(path: path, byteCount: store.size(place) ?? 0))
      return try check.record(
        of: place, as: file, in: part, isPublishedForm: true, storedAs: part.path(of: file),
        announcedSHA256: announced, progress: { report(.progress(byteCount: $0)) },
        isCancelled: isCancelled)
    }
    if mayKeep, store.size(path) != nil, let kept = try? record(path) { return kept }
    let hub = HubAddress(environment: store.environment)
    guard !hub.isOffline, let (url, token) = hub.address(of: file.origin) else {
      throw InstallError.offline(
        model: part.title, files: [hub.instruction(file, part, store)])
    }
    report(.downloading(path: path, url: url, byteCount: file.byteCount))
    let partial = "\(path).part"
    do {
      let received = try HTTPDownload(
        url: url, token: token, expectedByteCount: file.byteCount, patience: patience
      ).run(
        to: partial, progress: { report(.progress(byteCount: $0)) }, isCancelled: isCancelled)
      let entry = try record(partial, announced: received.announcedSHA256)
      try SafeFile.take(partial, as: path)
      return entry
    } catch DownloadError.cancelled {
      throw DownloadError.cancelled
    } catch let error as DownloadError {
      throw InstallError.download(error, advice: hub.instruction(file, part, store))
    } catch ModelStoreError.wrongFile(_, let reason) {
      // Going on with it could never end well.
      unlink(partial)
      throw InstallError.wrongDownload(
        url: url, reason: reason, advice: hub.instruction(file, part, store))
    }
  }
}

extension HubAddress {
  /// What to put where, for people who download by hand.
  func instruction(_ file: PublishedFile, _ part: ModelPart, _ store: ModelStore) -> String {
    "\(store.path(of: file, in: part)) from \(pages(of: file).joined(separator: " or "))"
  }
}

extension ModelStore {
  /// The addresses from which `file` can be had, the best first.
  public func origins(of file: PublishedFile) -> [String] {
    HubAddress(environment: environment).pages(of: file)
  }

  /// Where `file` lies once it is downloaded.
  func path(of file: PublishedFile, in part: ModelPart) -> String {
    "\(folder)/\(part.path(of: file))"
  }

  /// As records have it: without the store's own folder.
  func relative(_ path: String) -> String {
    path.hasPrefix("\(folder)/") ? String(path.dropFirst(folder.utf8.count + 1)) : path
  }
}
