import Digests
import Glibc
import MediaTypes

/// The text of a manifest, read whole after its size was checked.
struct ManifestFile {
  static let byteLimit = 64 << 20

  let text: String
  /// SHA-256 of the bytes.
  let digest: String

  /// Reads `path`; throws a `ManifestError` where that is no text of at most 64 MiB.
  init(_ path: String) throws(ManifestError) {
    let bytes = try Self.read(path)
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    digest = hash.finish()
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Self.encodingError(path, bytes)
    }
    self.text = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func read(_ path: String) throws(ManifestError) -> [UInt8] {
    // Without O_NONBLOCK a pipe would be waited for before it can be refused.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ManifestError(path: path, "is not a regular file: name a manifest")
    }
    guard status.st_size <= byteLimit else {
      let mebibytes = (status.st_size + (1 << 20) - 1) >> 20
      throw ManifestError(
        path: path, "has \(mebibytes) MiB, a manifest at most 64: split it, or use for_each")
    }
    // One byte more tells whether the file has grown meanwhile.
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var count = 0
    while count < bytes.count {
      let more = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count)
      }
      if more < 0 && errno == EINTR { continue }
      guard more >= 0 else { throw unreadable(path) }
      if more == 0 { break }
      count += more
    }
    guard count < bytes.count else {
      throw ManifestError(path: path, "grew while it was read: try again when it is complete")
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func unreadable(_ path: String) -> ManifestError {
    let reason = String(cString: strerror(errno))
    return ManifestError(
      path: path, "can't be read (\(reason)): check the path", exitCode: .missingInput)
  }

  private static func encodingError(_ path: String, _ bytes: [UInt8]) -> ManifestError {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return ManifestError(path: path, "is UTF-16: save it as UTF-8")
    }
    if bytes.contains(0) { return ManifestError(path: path, "is not text: name a manifest") }
    let mark = firstInvalidPlace(bytes)
    return ManifestError(
      path: path, problems: [ManifestProblem(mark, "is not UTF-8 here: save it as UTF-8")],
      problemCount: 1)
  }

  private static func firstInvalidPlace(_ bytes: [UInt8]) -> ManifestMark {
    var mark = ManifestMark(line: 1, column: 1)
    var (decoder, iterator) = (UTF8(), bytes.makeIterator())
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
      mark = scalar == "\n" ? ManifestMark(line: mark.line + 1, column: 1) : mark.next
    }
    return mark
  }
}

extension ManifestMark {
  fileprivate var next: ManifestMark { ManifestMark(line: line, column: column + 1) }
}
