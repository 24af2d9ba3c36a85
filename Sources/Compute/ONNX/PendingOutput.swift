import Glibc
import MediaTypes

/// A file that appears under its name when it is complete and on disk; without `commit` nothing of it remains.
final class PendingOutput {
  let path: String
  private(set) var byteCount = 0
  private let temporaryPath: String
  private let replacing: Bool
  private var descriptor: Int32

  /// Creates `.NAME.PROCESS.part` beside `path`.
  ///
  /// Throws `ComputeError.cannotCreate`, also where `path` exists, unless it is a file and `replacing`.
  init(_ path: String, replacing: Bool) throws(ComputeError) {
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw .cannotCreate(file: path, reason: "it is not a regular file: name a file")
      }
      guard replacing else {
        throw .cannotCreate(
          file: path, reason: "it exists: choose another name or use --force")
      }
    }
    self.path = path
    self.replacing = replacing
    temporaryPath = "\(FilePath.folder(of: path))/.\(FilePath.name(of: path)).\(getpid()).part"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw .cannotCreate(file: path, reason: String(cString: strerror(errno)))
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    unlink(temporaryPath)
  }

  /// The file's name without its folder.
  var name: String { FilePath.name(of: path) }

  func write(_ message: ProtobufMessage) throws(ComputeError) {
    try message.bytes.span.withUnsafeBytes(write)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(ComputeError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
    byteCount += bytes.count
  }

  /// Zeros up to byte `offset`.
  func pad(to offset: Int) throws(ComputeError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else { throw failure() }
    byteCount = offset
  }

  /// Gives the synced file its name.
  func commit() throws(ComputeError) {
    // EINVAL: a file system without sync.
    guard fsync(descriptor) == 0 || errno == EINVAL, takeName() else { throw failure() }
    close(descriptor)
    descriptor = -1
    let folder = open(FilePath.folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Unlike a rename, a link never replaces what came meanwhile; some file systems have none.
  private func takeName() -> Bool {
    if !replacing {
      if link(temporaryPath, path) == 0 {
        unlink(temporaryPath)
        return true
      }
      if errno == EEXIST { return false }
    }
    return rename(temporaryPath, path) == 0
  }

  private func failure() -> ComputeError {
    .writeFailed(file: path, reason: String(cString: strerror(errno)))
  }
}
