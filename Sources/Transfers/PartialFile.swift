import Glibc

/// The beginning of a file that is being downloaded, and what tells whether the server still has the same one.
///
/// Unchecked because of the descriptor: it belongs to one download at a time.
final class PartialFile: @unchecked Sendable {
  let path: String
  private let descriptor: Int32
  private(set) var byteCount: Int

  /// Opens the file at `path` or makes it.
  init(_ path: String) throws(DownloadError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw .cannotCreate(path: path, reason: String(cString: strerror(errno)))
    }
    var status = stat()
    fstat(descriptor, &status)
    byteCount = Int(status.st_size)
    lseek(descriptor, 0, SEEK_END)
  }

  deinit { close(descriptor) }

  /// The value for `If-Range`, nil where nothing may be appended.
  var validator: String? {
    guard let file = fopen(tagPath, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1024)
    let count = fread(&bytes, 1, bytes.count, file)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }

  /// Begins again, with what the server says of the file that now comes.
  func restart(validator: String?) {
    unlink(tagPath)
    ftruncate(descriptor, 0)
    lseek(descriptor, 0, SEEK_SET)
    byteCount = 0
    guard let validator, let file = fopen(tagPath, "we") else { return }
    fputs(validator, file)
    fclose(file)
  }

  /// Appends; false where the disk takes no more, with the reason in `errno`.
  func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
      byteCount += count
    }
    return true
  }

  /// Forgets what is only needed to go on.
  func finish() { unlink(tagPath) }

  private var tagPath: String { "\(path).tag" }
}
