import Foundation
import Glibc

/// The latents of a film's pictures in a file, so that those that come again are not computed again.
///
/// Each record carries a checksum: what a crash or a full disk has left half-written is not there. One thread at a time.
public final class LatentFile {
  /// Pictures beyond this are not kept: at MuseTalk's 32 KB each the file stays below 2 GiB.
  private static let pictureLimit = 1 << 16

  private let descriptor: Int32
  private let valueCount: Int

  /// Opens or makes the file at `path` for records of `valueCount` values.
  ///
  /// Where that fails nothing is kept, which costs time only.
  public init(path: String, valueCount: Int) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    self.valueCount = valueCount
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private var recordSize: Int { valueCount * 4 + 8 }

  /// The latents of picture `index`, nil where they are not kept.
  public func latents(of index: Int) -> [Float]? {
    guard descriptor >= 0, index < Self.pictureLimit else { return nil }
    var checksum: UInt64 = 0
    var isWhole = false
    let values = [Float](unsafeUninitializedCapacity: valueCount) { values, count in
      let bytes = UnsafeMutableRawBufferPointer(values)
      isWhole =
        pread(descriptor, bytes.baseAddress, valueCount * 4, index * recordSize) == valueCount * 4
        && pread(descriptor, &checksum, 8, index * recordSize + valueCount * 4) == 8
      if !isWhole { bytes.initializeMemory(as: UInt8.self, repeating: 0) }
      count = valueCount
    }
    return isWhole && checksum == Self.checksum(values) ? values : nil
  }

  /// Keeps `latents` for picture `index`.
  public func keep(_ latents: [Float], for index: Int) {
    guard descriptor >= 0, index < Self.pictureLimit else { return }
    precondition(latents.count == valueCount, "latents of one picture")
    var checksum = Self.checksum(latents)
    _ = latents.withUnsafeBytes {
      pwrite(descriptor, $0.baseAddress, $0.count, index * recordSize)
    }
    _ = pwrite(descriptor, &checksum, 8, index * recordSize + valueCount * 4)
  }

  /// FNV-1a over the values' bits; never that of a hole in the file, which reads as 0.
  private static func checksum(_ values: [Float]) -> UInt64 {
    let hash = values.reduce(0xCBF2_9CE4_8422_2325) { hash, value in
      (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3
    }
    return max(hash, 1)
  }
}
