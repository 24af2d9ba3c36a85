import Glibc
import MediaTypes

/// A text file that appears under its name only when it is complete.
public struct TextOutput: Sendable {
  private let path: String

  /// Refuses, before any work, a place where a file exists (unless `replacing`) or cannot be made.
  ///
  /// - Throws: `AudioError` with 73.
  public init(path: String, replacing: Bool) throws {
    self.path = path
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    guard access(folder, F_OK) == 0 else {
      throw AudioError(.cannotCreateOutput, "no such folder", path, "create the folder first")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw AudioError(
        .cannotCreateOutput, "no permission to write", path, "choose a folder that you can write")
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR {
      throw AudioError(.cannotCreateOutput, "the output is a folder", path, "name a file")
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw AudioError(.cannotCreateOutput, "the output is not a regular file", path, "name a file")
    }
    guard replacing else {
      throw AudioError(
        .cannotCreateOutput, "output exists", path, "choose another name or use --force")
    }
  }

  /// Writes `text` and gives the file its name.
  ///
  /// - Throws: `AudioError`, 74 where the disk is full or fails.
  public func write(_ text: String) throws {
    let temporary = "\(path).\(getpid()).partial"
    guard let file = fopen(temporary, "w") else {
      throw AudioError(.cannotCreateOutput, "cannot write", path, "choose another place")
    }
    var text = text
    let isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
    let isSynced = fflush(file) == 0 && fsync(fileno(file)) == 0
    guard fclose(file) == 0, isWritten, isSynced, rename(temporary, path) == 0 else {
      unlink(temporary)
      throw AudioError(.inputOutputError, "writing failed", path, "see whether the disk is full")
    }
  }
}
