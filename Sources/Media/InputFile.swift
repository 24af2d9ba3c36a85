import Glibc

/// A readable, non-empty file or a folder, checked before libav sees it.
struct InputFile {
  /// Pictures that are told by their first bytes, with the demuxer that reads exactly one of them.
  enum PictureFormat: String, CaseIterable {
    case png = "png_pipe"
    case jpeg = "jpeg_pipe"
    case webp = "webp_pipe"
    case bmp = "bmp_pipe"
    case tiff = "tiff_pipe"
  }

  let path: String
  let byteCount: Int
  let isFolder: Bool
  let pictureFormat: PictureFormat?
  /// Whether it is a GIF, which is a picture where one is asked for, else a video.
  let isGIF: Bool

  /// Throws 66 where nothing readable is at `path`, 65 where it is empty or no file at all.
  init(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { throw MediaError.reading(path, errno: errno) }
    self.path = path
    isFolder = status.st_mode & S_IFMT == S_IFDIR
    byteCount = Int(status.st_size)
    guard access(path, R_OK) == 0 else { throw MediaError.reading(path, errno: errno) }
    if isFolder {
      (pictureFormat, isGIF) = (nil, false)
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError.unusable(path, "not a regular file", "save it to a file first")
    }
    guard byteCount > 0 else {
      throw MediaError.unusable(path, "the file is empty", "give a file with content")
    }
    let head = try Self.firstBytes(of: path, count: 32)
    if Self.isAnimatedWebP(head) {
      throw MediaError.unusable(path, "animated WebP is not supported", "convert it to mp4 first")
    }
    pictureFormat = Self.pictureFormat(of: head)
    isGIF = head.starts(with: "GIF8".utf8)
  }

  private static func firstBytes(of path: String, count: Int) throws -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw MediaError.reading(path, errno: errno) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var found = 0
    while found < count {
      let more = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress! + found, count - found)
      }
      if more < 0 && errno == EINTR { continue }
      guard more >= 0 else { throw MediaError.reading(path, errno: errno) }
      if more == 0 { break }
      found += more
    }
    return Array(bytes.prefix(found))
  }

  /// Whether a JPEG file has its end marker: libav fills the missing part of a shorter one with grey.
  func endsAsJPEG() throws -> Bool {
    let bytes = try Self.firstBytes(of: path, count: byteCount)
    // Segments before the picture may hold a whole small JPEG, so they are stepped over.
    var place = 2
    while place + 4 <= bytes.count, bytes[place] == 0xFF, bytes[place + 1] != 0xDA {
      let isPadding = bytes[place + 1] == 0xFF
      place += isPadding ? 1 : 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
    }
    guard place < bytes.count else { return false }
    return zip(bytes[place...], bytes[(place + 1)...]).contains { $0 == 0xFF && $1 == 0xD9 }
  }

  private static func pictureFormat(of head: [UInt8]) -> PictureFormat? {
    if head.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return .png }
    if head.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if head.starts(with: "RIFF".utf8), head.dropFirst(8).starts(with: "WEBP".utf8) { return .webp }
    if head.starts(with: "BM".utf8) { return .bmp }
    if head.starts(with: [0x49, 0x49, 0x2A, 0]) || head.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      return .tiff
    }
    return nil
  }

  private static func isAnimatedWebP(_ head: [UInt8]) -> Bool {
    let animationFlag: UInt8 = 2
    return pictureFormat(of: head) == .webp && head.count > 20
      && head.dropFirst(12).starts(with: "VP8X".utf8) && head[20] & animationFlag != 0
  }
}
