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
  let background: RGBColor
  let timeBase: [Int]
  let averageRate: [Int]
  /// In the stream's ticks, increasing.
  let timestamps: [Int64]
  let lastDuration: Int64
  let checksums: [UInt64]
  let keyFrames: [KeyFrame]

  public var frameCount: Int { timestamps.count }

  public var times: PresentationTimes {
    PresentationTimes(
      timeBase: Rational(timeBase[0], timeBase[1]),
      ticks: timestamps.map { Int($0 - timestamps[0]) }, lastDuration: Int(lastDuration),
      averageRate: Rational(averageRate[0], averageRate[1]))
  }

  /// The frame that begins at `timestamp` exactly.
  func frame(at timestamp: Int64) -> Int? {
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
