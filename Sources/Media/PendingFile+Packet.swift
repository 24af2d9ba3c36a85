import CLibAV
import Glibc
import MediaTypes

extension PendingFile {
  /// Writes an encoded picture, the file's whole content, into the temporary file.
  func write(_ packet: Packet) throws {
    let descriptor = open(temporaryPath, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MediaError.writing(path, errno: errno) }
    defer { close(descriptor) }
    var (start, left) = (packet.pointer.pointee.data!, Int(packet.pointer.pointee.size))
    while left > 0 {
      let written = Glibc.write(descriptor, start, left)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw MediaError.writing(path, errno: errno) }
      start += written
      left -= written
    }
  }
}
