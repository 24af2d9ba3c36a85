import Foundation
import Glibc
import MediaTypes

/// The hidden folder beside an output that holds what a run has finished so far: face track and segments.
///
/// Its key is a digest of everything that decides the output's bytes. Finished parts are reused only under the same key.
final class WorkFolder {
  let path: String
  private var lock: Int32 = -1

  /// Opens the folder for `output`, locked against other runs; empties it unless its key is `key`.
  ///
  /// - Throws: `RuntimeError`: 75 when another run holds it, 73 or 74 when it can't be made.
  init(output: String, key: String) throws {
    path = Self.path(output: output)
    if mkdir(path, 0o755) != 0 && errno != EEXIST {
      let isFull = errno == ENOSPC || errno == EDQUOT
      throw Self.failure(
        "can't be created", path, exitCode: isFull ? .inputOutputError : .cannotCreateOutput)
    }
    lock = open(file("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      let error = Self.failure("can't be locked", path)
      rmdir(path)
      throw error
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw RuntimeError(
        "output \(output): another avatar is writing it: wait for it or choose another with -o",
        exitCode: .tryAgainLater)
    }
    if (try? String(contentsOfFile: file("key"), encoding: .utf8)) != key {
      do {
        try empty()
        try write(Data(key.utf8), to: "key")
      } catch {
        remove()
        throw error
      }
    }
  }

  /// Removes what an unfinished run has left for `output`.
  static func discard(output: String) {
    try? FileManager.default.removeItem(atPath: path(output: output))
  }

  private static func path(output: String) -> String {
    "\(FilePath.folder(of: output))/.\(FilePath.name(of: output)).avatar-work"
  }

  deinit { if lock >= 0 { close(lock) } }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func contains(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

  func read(_ name: String) -> Data? { FileManager.default.contents(atPath: file(name)) }

  /// Writes `data` under `name` so that the name appears only when the bytes are on disk.
  func write(_ data: Data, to name: String) throws {
    let temporary = file(name + ".part")
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("can't be written", temporary) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do { try handle.write(contentsOf: data) } catch {
      throw Self.failure("can't be written", temporary, number: ENOSPC)
    }
    guard fsync(descriptor) == 0, rename(temporary, file(name)) == 0 else {
      throw Self.failure("can't be written", file(name))
    }
  }

  /// Removes the folder and all that is in it.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
  }

  private func empty() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) where name != "lock" {
      try FileManager.default.removeItem(atPath: file(name))
    }
  }

  private static func failure(
    _ what: String, _ path: String, number: Int32 = errno,
    exitCode: MediaTypes.ExitCode = .inputOutputError
  ) -> RuntimeError {
    let full = number == ENOSPC || number == EDQUOT
    let advice = full ? "free some space and run again" : "check the folder's permissions"
    return RuntimeError(
      "\(path): \(what) (\(String(cString: strerror(number)))): \(advice)", exitCode: exitCode)
  }
}
