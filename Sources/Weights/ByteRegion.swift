import Glibc

/// Bytes that stay where they are for as long as this object lives, and that nobody changes.
///
/// A mapped file is not copied: its pages are read when they are first used and given back under pressure.
/// Unchecked because of the pointer: it is only read, and unmapped when no reference is left.
final class ByteRegion: @unchecked Sendable {
  let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Bytes of static lifetime, such as data embedded in the program.
  init(staticBytes: UnsafeRawBufferPointer) {
    bytes = staticBytes
    isMapped = false
  }

  /// Maps the file at `path` into memory.
  init(path: String) throws(WeightsError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw .unreadable(file: path, reason: systemMessage(errno))
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .unreadable(file: path, reason: systemMessage(errno))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: path, reason: "it is not a file: name a file of weights")
    }
    let count = Int(status.st_size)
    guard count > 0 else {
      throw .malformed(file: path, reason: "it is empty: download it again")
    }
    guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
    else {
      throw .unreadable(file: path, reason: systemMessage(errno))
    }
    bytes = UnsafeRawBufferPointer(start: start, count: count)
    isMapped = true
  }

  /// Whether there is a folder at `path`.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Gives back the memory of the pages in `range`; they are read from the file again if they are used again.
  func release(_ range: Range<Int>) {
    guard isMapped else { return }
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    // The last page, if it is not whole, is left to what follows.
    let start = range.lowerBound / page * page
    let end = range.upperBound == bytes.count ? bytes.count : range.upperBound / page * page
    guard start < end else { return }
    madvise(
      UnsafeMutableRawPointer(mutating: bytes.baseAddress! + start), end - start, MADV_DONTNEED)
  }

  deinit {
    if isMapped { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }
  }
}

/// The C library's words for an error number.
func systemMessage(_ number: Int32) -> String { String(cString: strerror(number)) }
