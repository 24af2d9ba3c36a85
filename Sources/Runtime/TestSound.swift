import Foundation

/// A buzzing, syllable-like sound for measuring speed.
enum TestSound {
  /// A WAV file: 16 kHz, mono, 16 bits.
  static func wave(seconds: Int) -> [UInt8] {
    let rate = 16_000
    var samples: [UInt8] = []
    for index in 0..<(seconds * rate) {
      let time = Double(index) / Double(rate)
      let envelope = max(0, sin(2 * .pi * 3 * time))
      let pulse = (1...8).reduce(0.0) { $0 + sin(2 * .pi * 120 * Double($1) * time) / Double($1) }
      let value = Int16(max(-1, min(1, 0.3 * envelope * pulse)) * 32767)
      samples += bytes(UInt32(UInt16(bitPattern: value)), 2)
    }
    let format =
      bytes(16, 4) + bytes(1, 2) + bytes(1, 2) + bytes(UInt32(rate), 4)
      + bytes(UInt32(2 * rate), 4) + bytes(2, 2) + bytes(16, 2)
    let body =
      Array("WAVEfmt ".utf8) + format + Array("data".utf8)
      + bytes(UInt32(samples.count), 4) + samples
    return Array("RIFF".utf8) + bytes(UInt32(body.count), 4) + body
  }

  private static func bytes(_ value: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
  }
}
