/// Bytes of RIFF WAVE files, right ones and odd ones.
enum WaveFixture {
  /// A WAV of 16-bit samples, interleaved; sizes in the header may lie.
  static func bytes(
    _ samples: [Int16], sampleRate: Int = 16_000, channels: Int = 1, riffSize: UInt32? = nil,
    dataSize: UInt32? = nil
  ) -> [UInt8] {
    let data = samples.flatMap { little(UInt16(bitPattern: $0)) }
    return header(
      format: 1, bits: 16, sampleRate: sampleRate, channels: channels,
      riffSize: riffSize ?? UInt32(36 + data.count), dataSize: dataSize ?? UInt32(data.count))
      + data
  }

  /// A WAV of 32-bit floating-point samples, one channel.
  static func bytes(_ samples: [Float], sampleRate: Int = 16_000) -> [UInt8] {
    let data = samples.flatMap { little($0.bitPattern) }
    return header(
      format: 3, bits: 32, sampleRate: sampleRate, channels: 1, riffSize: UInt32(36 + data.count),
      dataSize: UInt32(data.count)) + data
  }

  private static func header(
    format: UInt16, bits: UInt16, sampleRate: Int, channels: Int, riffSize: UInt32,
    dataSize: UInt32
  ) -> [UInt8] {
    let blockSize = channels * Int(bits) / 8
    var bytes = Array("RIFF".utf8) + little(riffSize) + Array("WAVEfmt ".utf8) + little(UInt32(16))
    bytes += little(format) + little(UInt16(channels)) + little(UInt32(sampleRate))
    bytes += little(UInt32(sampleRate * blockSize)) + little(UInt16(blockSize)) + little(bits)
    return bytes + Array("data".utf8) + little(dataSize)
  }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
