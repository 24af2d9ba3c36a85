import Digests
import Foundation
import Glibc

/// The SHA-256 of files and folders, without reading again what was read before and hasn't changed since.
///
/// Made for one look at many jobs: what it has seen stays seen. For a later look, make another.
final class FileDigests {
  private let cache: any FileDigestCache
  private let clock: BatchClock
  private var seen: [String: String] = [:]
  /// What the cache has of the paths that were announced; nil for those that it doesn't have.
  private var announced: [String: KnownFile?] = [:]
  private var unsaved: [String: KnownFile] = [:]
  private var unsavedByteCount = 0
  /// Files that were read, rather than known.
  private(set) var hashedFileCount = 0

  init(cache: any FileDigestCache, clock: BatchClock) {
    self.cache = cache
    self.clock = clock
  }

  /// The digest of the file or folder at `path`.
  func digest(of path: String) throws(LedgerError) -> String {
    if let known = seen[path] { return known }
    let (stamp, kind) = try FileStamp.read(path)
    let digest =
      switch kind {
      case .file: try fileDigest(path, stamp)
      case .folder: try folderDigest(path)
      case .other: throw .unusableInput(path: path)
      }
    seen[path] = digest
    return digest
  }

  /// Says which files or folders will be asked for next, so that the cache is asked once for all of them.
  func announce(_ paths: some Sequence<String>) throws(LedgerError) {
    let unseen = paths.filter { seen[$0] == nil }
    let known = try cache.files(unseen)
    announced = Dictionary(
      unseen.map { ($0, known[$0]) }, uniquingKeysWith: { first, _ in first })
  }

  /// Keeps what was read for other runs.
  func save() throws(LedgerError) {
    guard !unsaved.isEmpty else { return }
    try cache.save(unsaved, at: clock.now().wallSeconds)
    unsaved = [:]
    unsavedByteCount = 0
  }

  private func known(_ path: String) throws(LedgerError) -> KnownFile? {
    if let known = announced[path] { return known }
    return try cache.files([path])[path]
  }

  private func fileDigest(_ path: String, _ stamp: FileStamp) throws(LedgerError) -> String {
    if let known = try known(path), known.stamp == stamp { return known.sha256 }
    let began = clock.now().wallSeconds
    let digest: String
    do {
      digest = try SHA256.digest(ofFile: path)
    } catch {
      throw .unreadableInput(path: path, number: error.number)
    }
    guard try FileStamp.read(path).stamp == stamp else { throw .changingInput(path: path) }
    hashedFileCount += 1
    if !stamp.isRacy(at: began) {
      unsaved[path] = KnownFile(stamp: stamp, sha256: digest)
      unsavedByteCount += stamp.byteCount
      if unsaved.count >= 1000 || unsavedByteCount >= 1 << 30 { try save() }
    }
    return digest
  }

  /// A folder is the names and digests of its files, hidden ones left out, and of its folders.
  private func folderDigest(_ path: String) throws(LedgerError) -> String {
    var hash = SHA256()
    hash.update("folder\n")
    for name in try Self.names(in: path) {
      hash.update("\(name.utf8.count) \(name) \(try digest(of: "\(path)/\(name)"))\n")
    }
    return hash.finish()
  }

  private static func names(in path: String) throws(LedgerError) -> [String] {
    guard let folder = opendir(path) else { throw .unreadableInput(path: path, number: errno) }
    defer { closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw .unreadableInput(path: path, number: errno) }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// A file that was read: what it looked like, and its digest.
struct KnownFile: Hashable, Sendable {
  var stamp: FileStamp
  var sha256: String
}

/// Where digests are kept from run to run.
protocol FileDigestCache {
  /// What is known of the files at `paths`, by path.
  func files(_ paths: [String]) throws(LedgerError) -> [String: KnownFile]
  func save(_ files: [String: KnownFile], at wallSeconds: Double) throws(LedgerError)
}
