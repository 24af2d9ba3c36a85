import CSndFile
import Glibc

/// A WAV file as libsndfile should see it: with the sizes that its writer, into a pipe, could not know.
///
/// libsndfile calls back for its bytes, so this must outlive the `SNDFILE` that reads it.
final class RepairedWaveFile {
  private let descriptor: Int32
  private let length: Int
  private var position = 0
  /// Bytes that replace the file's, by their offset.
  private let repairs: [Int: UInt8]

  /// Opens a file whose `header` states an unknown size; nil where nothing needs repair.
  init?(path: String, header: WaveHeader) {
    let largest = Int(UInt32.max) - 1
    guard header.hasPlaceholderSize, header.presentBytes > 0,
      header.dataOffset + header.presentBytes <= largest
    else { return nil }
    descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    length = header.dataOffset + header.presentBytes
    var repairs: [Int: UInt8] = [:]
    for index in 0..<4 {
      repairs[4 + index] = UInt8(truncatingIfNeeded: (length - 8) >> (8 * index))
      repairs[header.dataOffset - 4 + index] =
        UInt8(truncatingIfNeeded: header.presentBytes >> (8 * index))
    }
    self.repairs = repairs
  }

  deinit { close(descriptor) }

  /// Opens the file with libsndfile.
  func open(_ info: inout SF_INFO) -> OpaquePointer? {
    var calls = SF_VIRTUAL_IO(
      get_filelen: { sf_count_t(RepairedWaveFile.from($0).length) },
      seek: { sf_count_t(RepairedWaveFile.from($2).seek(Int($0), whence: $1)) },
      read: { sf_count_t(RepairedWaveFile.from($2).read($0!, count: Int($1))) },
      write: { _, _, _ in 0 },
      tell: { sf_count_t(RepairedWaveFile.from($0).position) })
    return sf_open_virtual(
      &calls, Int32(SFM_READ), &info, Unmanaged.passUnretained(self).toOpaque())
  }

  private static func from(_ pointer: UnsafeMutableRawPointer?) -> RepairedWaveFile {
    Unmanaged<RepairedWaveFile>.fromOpaque(pointer!).takeUnretainedValue()
  }

  private func seek(_ offset: Int, whence: Int32) -> Int {
    let base = whence == SEEK_CUR ? position : whence == SEEK_END ? length : 0
    position = max(0, base + offset)
    return position
  }

  private func read(_ bytes: UnsafeMutableRawPointer, count: Int) -> Int {
    let got = max(0, pread(descriptor, bytes, count, position))
    for (offset, byte) in repairs where offset >= position && offset < position + got {
      bytes.storeBytes(of: byte, toByteOffset: offset - position, as: UInt8.self)
    }
    position += got
    return got
  }
}
