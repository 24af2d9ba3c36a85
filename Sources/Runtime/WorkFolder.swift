import Foundation
import Glibc
import Media
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
    repeat {
      if lock >= 0 { close(lock) }
      try create()
      lock = open(file("lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard lock >= 0 || errno == ENOENT else {
        let error = Self.failure("can't be locked", path)
        rmdir(path)
        throw error
      }
      guard lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0 else {
        throw RuntimeError(
          "output \(output): another avatar is writing it: wait for it or choose another with -o",
          exitCode: .tryAgainLater)
      }
      // Who held the lock may have removed the folder since it was opened.
    } while !isLocked
    removeUnfinishedFiles(of: output)
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

  /// Removes what an unfinished run has left for `output`, unless a run is at it.
  ///
  /// What was killed a moment ago may still be ending, so this waits for `patienceSeconds`.
  static func discard(output: String, patienceSeconds: Double = 2) {
    let folder = path(output: output)
    let lock = open("\(folder)/lock", O_RDWR | O_CLOEXEC)
    defer { if lock >= 0 { close(lock) } }
    let start = ContinuousClock.now
    while lock >= 0, flock(lock, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now - start < .seconds(patienceSeconds) else { return }
      usleep(20_000)
    }
    removeUnfinishedFiles(of: output)
    if access(folder, F_OK) == 0 { remove(folder) }
  }

  private static func remove(_ folder: String) {
    try? FileManager.default.removeItem(atPath: folder)
    _ = DurableFolder.synchronize(FilePath.folder(of: folder))
  }

  /// Makes the folder where it isn't there, so that it outlives a power cut with what will be in it.
  private func create() throws {
    if mkdir(path, 0o755) == 0 {
      try synchronize(FilePath.folder(of: path))
    } else if errno != EEXIST {
      let isFull = errno == ENOSPC || errno == EDQUOT
      throw Self.failure(
        "can't be created", path, exitCode: isFull ? .inputOutputError : .cannotCreateOutput)
    }
  }

  private var isLocked: Bool {
    var (held, named) = (stat(), stat())
    return lock >= 0 && fstat(lock, &held) == 0 && stat(file("lock"), &named) == 0
      && held.st_ino == named.st_ino
  }

  static func path(output: String) -> String {
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
    try synchronizeNames()
  }

  /// Puts on disk which names the folder has.
  func synchronizeNames() throws { try synchronize(path) }

  private func synchronize(_ folder: String) throws {
    guard DurableFolder.synchronize(folder) else {
      throw Self.failure("can't be put on disk", folder)
    }
  }

  /// Removes the folder and all that is in it, for good.
  func remove() { Self.remove(path) }

  private func empty() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) where name != "lock" {
      try FileManager.default.removeItem(atPath: file(name))
    }
    // Segments of another key must not come back beside the new key.
    try synchronizeNames()
  }

  private static func failure(
    _ what: String, _ path: String, number: Int32 = errno,
    exitCode: MediaTypes.ExitCode = .inputOutputError
  ) -> RuntimeError {
    let full = number == ENOSPC || number == EDQUOT
    let advice =
      switch number {
      case _ where full: "free some space and run again"
      case ENAMETOOLONG: "choose a shorter name for the output"
      case ENOENT: "choose another folder for the output"
      default: "check the folder's permissions"
      }
    return RuntimeError(
      "\(path): \(what) (\(String(cString: strerror(number)))): \(advice)", exitCode: exitCode)
  }
}
