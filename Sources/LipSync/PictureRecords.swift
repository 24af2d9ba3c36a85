import Foundation
import Glibc

/// Bytes about a film's pictures, by their numbers, in a file that only grows.
///
/// Each record carries a checksum: what a crash or a full disk has left half-written is not there. Memory holds the records'
/// places only. One thread at a time.
public final class PictureRecords {
  /// Number of the picture, bytes and checksum, each in 8 bytes, before a record's bytes.
  private static let headerSize = 24
  /// A record longer than this is no record.
  private static let longestRecord = 1 << 28

  /// Whether everything in the file was whole when it was opened.
  public private(set) var isWhole = true
  private let descriptor: Int32
  private let isWritable: Bool
  private var places: [Int: Range<Int>] = [:]
  private var end = 0

  /// Opens the file at `path`, or makes it where it is `isWritable`; then what is not whole in it is cut off.
  ///
  /// Where that fails nothing is kept, which costs time only.
  public init(path: String, isWritable: Bool = true) {
    self.isWritable = isWritable
    descriptor = open(path, (isWritable ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      isWhole = isWritable
      return
    }
    scan()
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The numbers of the pictures that have a record.
  public var indices: [Int] { places.keys.sorted() }

  /// The record of picture `index`, nil where it has none or where it can't be read.
  public func bytes(of index: Int) -> [UInt8]? {
    guard let place = places[index],
      let header = read(place.lowerBound - Self.headerSize, Self.headerSize),
      let bytes = read(place.lowerBound, place.count),
      Self.words(header)[2] == Self.checksum(bytes, of: index)
    else { return nil }
    return bytes
  }

  /// Keeps `bytes` for picture `index`, unless there is a record of it.
  public func keep(_ bytes: [UInt8], for index: Int) {
    guard descriptor >= 0, isWritable, places[index] == nil, bytes.count <= Self.longestRecord
    else { return }
    let header = [UInt64(index), UInt64(bytes.count), Self.checksum(bytes, of: index)]
    var record = header.flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    record += bytes
    let written = record.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, end) }
    guard written == record.count else { return }
    places[index] = (end + Self.headerSize)..<(end + record.count)
    end += record.count
  }

  /// Puts the records on disk; false, with `errno`, where that fails.
  public func synchronize() -> Bool { descriptor >= 0 && fsync(descriptor) == 0 }

  private func scan() {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    while end < size, let header = read(end, Self.headerSize) {
      let words = Self.words(header)
      let start = end + Self.headerSize
      guard words[0] <= UInt64(Int32.max),
        words[1] <= UInt64(min(size - start, Self.longestRecord)),
        let bytes = read(start, Int(words[1])),
        Self.checksum(bytes, of: Int(words[0])) == words[2]
      else { break }
      places[Int(words[0])] = start..<(start + bytes.count)
      end = start + bytes.count
    }
    isWhole = end == size
    if isWritable && !isWhole { _ = ftruncate(descriptor, end) }
  }

  private func read(_ start: Int, _ count: Int) -> [UInt8]? {
    var isComplete = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      isComplete = pread(descriptor, buffer.baseAddress, count, start) == count
      initialized = isComplete ? count : 0
    }
    return isComplete ? bytes : nil
  }

  private static func words(_ bytes: [UInt8]) -> [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * UInt64($1)) }
    }
  }

  /// FNV-1a over number, words of 8 bytes and their count, the last one filled with zeros; never that of a hole in the file, which reads as 0.
  private static func checksum(_ bytes: [UInt8], of index: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
    bytes.withUnsafeBytes { bytes in
      let whole = bytes.count & ~7
      for start in stride(from: 0, to: whole, by: 8) {
        mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
      }
      var last: UInt64 = 0
      for place in whole..<bytes.count {
        last |= UInt64(bytes[place]) << (8 * UInt64(place - whole))
      }
      mix(last)
    }
    mix(UInt64(bytes.count))
    mix(UInt64(index))
    return max(hash ^ hash >> 32, 1)
  }
}
