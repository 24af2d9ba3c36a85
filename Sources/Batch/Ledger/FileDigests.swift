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
  private var unsaved: [String: (stamp: FileStamp, sha256: String)] = [:]
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

  /// Keeps what was read for other runs.
  func save() throws(LedgerError) {
    guard !unsaved.isEmpty else { return }
    try cache.save(unsaved, at: clock.now().wallSeconds)
    unsaved = [:]
    unsavedByteCount = 0
  }

  private func fileDigest(_ path: String, _ stamp: FileStamp) throws(LedgerError) -> String {
    if let known = try cache.sha256(ofFile: path, stamp: stamp) { return known }
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
      unsaved[path] = (stamp, digest)
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

/// Where digests are kept from run to run.
protocol FileDigestCache {
  /// The digest of the file at `path` if it had this stamp when it was read.
  func sha256(ofFile path: String, stamp: FileStamp) throws(LedgerError) -> String?
  func save(
    _ digests: [String: (stamp: FileStamp, sha256: String)], at wallSeconds: Double
  ) throws(LedgerError)
}
