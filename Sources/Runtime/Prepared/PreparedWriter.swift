import Digests
import Foundation
import Glibc
import LipSync
import MediaTypes

/// Puts a prepared avatar in its place as a whole: written in a hidden folder beside it, synced, then renamed.
struct PreparedWriter {
  /// Leftovers of runs that were killed are removed after this long.
  private static let patienceSeconds = 86_400

  let path: String

  /// Writes what `record` and the `parts` have, the first one's records before the others'.
  ///
  /// What lies at `path` is replaced. Throws `RuntimeError`: 74 for a full disk, else 73.
  func write(
    _ description: PreparedAvatar.Description, _ record: FaceRecord<MuseTalkTrack>,
    parts: [PreparedFaces]
  ) throws {
    let folder = FilePath.folder(of: path)
    guard DurableFolder.create(folder) else { throw failure(folder) }
    let temporary = "\(folder)/.\(FilePath.name(of: path)).\(UUID().uuidString).part"
    guard mkdir(temporary, 0o777) == 0 else { throw failure(temporary) }
    do {
      let faces = PreparedFaces(folder: temporary, isWritable: true)
      for part in parts { faces.add(part) }
      guard faces.synchronize() else { throw failure(temporary) }
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      let data = try encoder.encode(record)
      var description = description
      description.facesDigest = SHA256.digest(of: data)
      description.byteCounts = try PreparedAvatar.byteCounts(in: temporary)
      try write(data, to: "\(temporary)/\(PreparedAvatar.facesName)")
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try write(
        encoder.encode(description), to: "\(temporary)/\(PreparedAvatar.descriptionName)")
      // A full disk leaves out records without a word.
      guard parts.allSatisfy({ faces.hasAll(of: $0) }) else { throw failure(temporary, ENOSPC) }
      guard DurableFolder.synchronize(temporary) else { throw failure(temporary) }
      try takePlace(temporary)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  /// Several may do this at once: whoever is last remains.
  private func takePlace(_ temporary: String) throws {
    for _ in 0..<100 {
      if rename(temporary, path) == 0 {
        _ = DurableFolder.synchronize(FilePath.folder(of: path))
        return
      }
      guard errno == ENOTEMPTY || errno == EEXIST else { throw failure(path) }
      try Self.remove(path)
    }
    throw failure(path, EEXIST)
  }

  /// Removes the folder at `path`, which is gone for others at once.
  static func remove(_ path: String) throws {
    let hidden =
      "\(FilePath.folder(of: path))/.\(FilePath.name(of: path)).\(UUID().uuidString).part"
    guard rename(path, hidden) == 0 else {
      if errno == ENOENT { return }
      throw RuntimeError.cannotCreate(
        "\(path): can't be replaced (\(String(cString: strerror(errno)))): check the permissions")
    }
    try FileManager.default.removeItem(atPath: hidden)
  }

  /// Whether the hidden folder at `path` was left by a run that ended long ago.
  static func isLeftover(_ path: String) -> Bool {
    var status = stat()
    return path.hasSuffix(".part") && stat(path, &status) == 0
      && time(nil) - status.st_mtim.tv_sec > patienceSeconds
  }

  private func write(_ data: Data, to file: String) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(file) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do { try handle.write(contentsOf: data) } catch { throw failure(file, ENOSPC) }
    guard fsync(descriptor) == 0 else { throw failure(file) }
  }

  private func failure(_ path: String, _ number: Int32 = errno) -> RuntimeError {
    let isFull = number == ENOSPC || number == EDQUOT
    return RuntimeError(
      "\(path): can't be written (\(String(cString: strerror(number)))): "
        + (isFull ? "free some space" : "check the folder's permissions"),
      exitCode: isFull ? .inputOutputError : .cannotCreateOutput)
  }
}
