import Foundation
import Glibc
import MediaTypes

/// Files that appear under their names only when they are whole and on disk.
enum SafeFile {
  /// Writes `data` to `path` by way of a file beside it; throws `ModelStoreError.cannotWrite`.
  static func replace(_ path: String, with data: Data) throws(ModelStoreError) {
    let temporary = "\(path).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(temporary) }
    defer { close(descriptor) }
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(temporary) }
      rest = rest.dropFirst(count)
    }
    try take(temporary, as: path)
  }

  /// Gives the finished file at `temporary` the name `path`, on disk before and after.
  static func take(_ temporary: String, as path: String) throws(ModelStoreError) {
    let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(temporary) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure(temporary) }
    guard rename(temporary, path) == 0 else { throw failure(path) }
    let folder = open(FilePath.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    fsync(folder)
    close(folder)
  }

  /// Makes the folder at `path` where it is missing.
  static func makeFolder(_ path: String) throws(ModelStoreError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
  }

  private static func failure(_ path: String) -> ModelStoreError {
    let number = errno
    return .cannotWrite(
      path: path, reason: String(cString: strerror(number)),
      isFull: number == ENOSPC || number == EDQUOT)
  }
}
