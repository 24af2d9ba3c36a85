import Glibc

/// The first comment of the JPEG at `path`, such as `writeJPEG` puts there; nil where there is none.
public func jpegComment(_ path: String) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 1 << 17)
  let count = pread(descriptor, &bytes, bytes.count, 0)
  guard count > 0 else { return nil }
  return JPEGComment.first(in: bytes[..<count])
}

/// How JPEG files keep text: in a segment among those before the picture.
enum JPEGComment {
  static let byteLimit = 65_000
  private static let start: [UInt8] = [0xff, 0xd8]
  private static let application: [UInt8] = [0xff, 0xe0]
  private static let comment: [UInt8] = [0xff, 0xfe]

  static func first(in bytes: ArraySlice<UInt8>) -> String? {
    guard bytes.starts(with: start) else { return nil }
    var rest = bytes.dropFirst(2)
    while let end = segmentEnd(rest) {
      if rest.starts(with: comment) {
        return String(decoding: rest[(rest.startIndex + 4)..<end], as: UTF8.self)
      }
      rest = rest[end...]
    }
    return nil
  }

  /// `picture` with `text` in it: after the segment that says what kind of file it is.
  static func adding(_ text: String, to picture: [UInt8]) -> [UInt8] {
    let text = Array(text.utf8)
    precondition(text.count <= byteLimit, "a comment of at most \(byteLimit) bytes")
    let rest = picture[2...]
    let place = rest.starts(with: application) ? segmentEnd(rest) ?? 2 : 2
    let length = text.count + 2
    let segment = comment + [UInt8(length >> 8), UInt8(length & 0xff)] + text
    return picture[..<place] + segment + picture[place...]
  }

  /// Where the segment ends that `bytes` begin with; nil when they begin with none of those that have a length, or are cut off.
  private static func segmentEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    let start = bytes.startIndex
    guard bytes.count >= 4, bytes[start] == 0xff, (0xe0...0xfe).contains(bytes[start + 1]) else {
      return nil
    }
    let length = Int(bytes[start + 2]) << 8 + Int(bytes[start + 3])
    return length >= 2 && length + 2 <= bytes.count ? start + 2 + length : nil
  }
}
