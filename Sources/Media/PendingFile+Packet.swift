import CLibAV
import Glibc
import MediaTypes

extension PendingFile {
  /// Writes an encoded picture, the file's whole content, into the temporary file.
  func write(_ packet: Packet) throws {
    try write(
      UnsafeRawBufferPointer(
        start: packet.pointer.pointee.data, count: Int(packet.pointer.pointee.size)))
  }

  /// Writes the file's whole content into the temporary file.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    let descriptor = open(temporaryPath, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MediaError.writing(path, errno: errno) }
    defer { close(descriptor) }
    var left = bytes[...]
    while !left.isEmpty {
      let written = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: left).baseAddress, left.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw MediaError.writing(path, errno: errno) }
      left = left.dropFirst(written)
    }
  }
}
