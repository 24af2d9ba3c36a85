import CLibAV
import Glibc
import MediaTypes

extension PendingFile {
  /// Writes an encoded picture, the file's whole content, into the temporary file.
  func write(_ packet: Packet) throws {
    try write(packet.content)
  }

  /// Writes the file's whole content into the temporary file.
  func write(_ content: UnsafeRawBufferPointer) throws {
    let descriptor = open(temporaryPath, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MediaError.writing(path, errno: errno) }
    defer { close(descriptor) }
    var rest = content[...]
    while !rest.isEmpty {
      let written = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress!, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw MediaError.writing(path, errno: errno) }
      rest = rest.dropFirst(written)
    }
  }
}

extension Packet {
  /// What the packet holds, as long as it lives.
  var content: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: pointer.pointee.data, count: Int(pointer.pointee.size))
  }

  /// A copy of that.
  var bytes: [UInt8] { [UInt8](content) }
}
