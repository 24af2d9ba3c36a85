import MediaTypes

/// What one pass over a video tells: times, key frames and a checksum of every frame.
///
/// With it a video is opened again without a scan, at any frame, and every frame is known to be the one that was scanned.
public struct VideoIndex: Hashable, Sendable, Codable {
  /// A frame from which decoding can begin.
  struct KeyFrame: Hashable, Sendable, Codable {
    let frame: Int
    let seekTarget: Int64
  }

  let byteCount: Int
  let background: RGBColor?
  let timeBase: [Int]
  let averageRate: [Int]
  /// In the stream's ticks, increasing.
  let timestamps: [Int64]
  let lastDuration: Int64
  let checksums: [UInt64]
  /// In order.
  let keyFrames: [KeyFrame]
  private let matrix, primaries, transfer: Int32
  private let isFullRange: Bool

  init(
    file: InputFile, background: RGBColor?, timeBase: Rational, averageRate: Rational,
    color: ColorDescription, timestamps: [Int64], lastDuration: Int64, checksums: [UInt64],
    keyPackets: [VideoReader.KeyPacket]
  ) {
    byteCount = file.byteCount
    self.background = background
    self.timeBase = [timeBase.numerator, timeBase.denominator]
    self.averageRate = [averageRate.numerator, averageRate.denominator]
    self.timestamps = timestamps
    self.lastDuration = lastDuration
    self.checksums = checksums
    keyFrames = keyPackets.compactMap { key in
      Self.position(of: key.presentation, in: timestamps).map {
        KeyFrame(frame: $0, seekTarget: key.seekTarget)
      }
    }.sorted { $0.frame < $1.frame }
    (matrix, primaries, transfer) = (color.matrix, color.primaries, color.transfer)
    isFullRange = color.isFullRange
  }

  public var frameCount: Int { timestamps.count }

  public var times: PresentationTimes {
    PresentationTimes(
      timeBase: Rational(timeBase[0], timeBase[1]),
      ticks: timestamps.map { Int($0 - timestamps[0]) }, lastDuration: Int(lastDuration),
      averageRate: Rational(averageRate[0], averageRate[1]))
  }

  var color: ColorDescription {
    ColorDescription(
      matrix: matrix, primaries: primaries, transfer: transfer, isFullRange: isFullRange)
  }

  /// The frame that begins at `timestamp` exactly.
  func frame(at timestamp: Int64) -> Int? { Self.position(of: timestamp, in: timestamps) }

  /// How many key frames lie at or before `frame`.
  func keyCount(upTo frame: Int) -> Int {
    var (low, high) = (0, keyFrames.count)
    while low < high {
      let middle = (low + high) / 2
      if keyFrames[middle].frame <= frame { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func position(of timestamp: Int64, in timestamps: [Int64]) -> Int? {
    var range = 0..<timestamps.count
    while !range.isEmpty {
      let middle = (range.lowerBound + range.upperBound) / 2
      if timestamps[middle] == timestamp { return middle }
      range =
        timestamps[middle] < timestamp
        ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}

extension Frame {
  /// Tells frames apart; the same on every machine of this byte order.
  var checksum: UInt64 {
    guard let alpha else { return Self.checksum(of: samples) }
    return Self.checksum(of: samples) ^ (Self.checksum(of: alpha) &* 3)
  }

  private static func checksum(of samples: [UInt8]) -> UInt64 {
    samples.withUnsafeBytes { bytes in
      var lanes = SIMD4<UInt64>(0x9E37_79B9_7F4A_7C15, 2, 3, 4)
      let blocks = bytes.count / 32
      for block in 0..<blocks {
        let words = bytes.loadUnaligned(fromByteOffset: block * 32, as: SIMD4<UInt64>.self)
        lanes = (lanes ^ words) &* 0x0000_0001_0000_01B3
        lanes ^= lanes &>> 29
      }
      var sum = lanes.x ^ (lanes.y &* 3) ^ (lanes.z &* 5) ^ (lanes.w &* 7)
      for byte in bytes[(blocks * 32)...] {
        sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
      }
      return sum ^ (sum >> 32)
    }
  }
}
