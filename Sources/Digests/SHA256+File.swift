import Glibc

extension SHA256 {
  /// Why a file has no digest: `errno` of the call that failed.
  public struct FileError: Error, Equatable {
    public let path: String
    public let number: Int32

    public init(path: String, number: Int32) {
      self.path = path
      self.number = number
    }
  }

  /// The digest of the file at `path`, read in parts of one MiB.
  public static func digest(ofFile path: String) throws(FileError) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, number: errno) }
    defer { close(descriptor) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { buffer.deallocate() }
    var hash = SHA256()
    while true {
      let count = read(descriptor, buffer.baseAddress, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileError(path: path, number: errno) }
      if count == 0 { return hash.finish() }
      hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
