import CLibAV
import Foundation
import Glibc
import MediaTypes

/// Writes the sum of several sounds that begin together to a WAV file at `output`, 32-bit floats at the highest of their rates.
///
/// It is as long as the longest, and mono where all are, else stereo. Where the sum goes beyond full scale, all of it is made
/// fainter, so that nothing is clipped. `check` may throw to stop.
///
/// - Throws: `MediaError`: 66 and 65 for sounds that can't be read, 74 where the file can't be written.
public func mixSounds(
  _ paths: [String], to output: String, check: () throws -> Void = {}
) throws {
  let readers = try paths.map(AudioReader.init)
  let rate = readers.map(\.sampleRate).max() ?? 48_000
  let channelCount = readers.contains { $0.channelCount > 1 } ? 2 : 1
  let parts = try zip(paths, readers).map {
    try MixedPart($1, rate: rate, channelCount: channelCount, path: $0)
  }
  let file = try FloatWaveFile(output, rate: rate, channelCount: channelCount)
  var peak: Float = 0
  while true {
    try check()
    for part in parts { try part.fill() }
    let count = min(MixedPart.pieceCount, parts.map(\.readyCount).max() ?? 0)
    if count == 0 { break }
    var sum = [Float](repeating: 0, count: count * channelCount)
    for part in parts { part.take(count, into: &sum) }
    peak = max(peak, sum.reduce(0) { max($0, abs($1)) })
    try file.append(sum)
  }
  try file.finish(gain: peak > 1 ? 1 / peak : 1)
}

/// One of the sounds, at the mix's rate and channels.
private final class MixedPart {
  static let pieceCount = 1 << 16

  private let reader: AudioReader
  private let converter: SampleConverter
  private let repeats: Bool
  private var ready: [[Float]]
  private var isAtEnd = false

  init(_ reader: AudioReader, rate: Int, channelCount: Int, path: String) throws {
    self.reader = reader
    // One channel goes to both sides as it is.
    repeats = reader.channelCount == 1 && channelCount == 2
    let layout = usualLayout(repeats ? 1 : channelCount)
    converter = try SampleConverter(
      from: .init(format: AV_SAMPLE_FMT_FLTP, rate: reader.sampleRate, layout: reader.layout),
      toRate: rate, layout: layout, path: path)
    ready = Array(repeating: [], count: Int(layout.nb_channels))
  }

  var readyCount: Int { ready[0].count }

  func fill() throws {
    while readyCount < Self.pieceCount, !isAtEnd {
      let piece = try reader.read()
      let samples =
        try piece.map { try converter.convert($0.channels) } ?? converter.convert(nil, count: 0)
      for channel in ready.indices { ready[channel] += samples[channel] }
      isAtEnd = piece == nil
    }
  }

  /// Adds the next `count` instants, or what is left, to `sum`, whose channels are interleaved.
  func take(_ count: Int, into sum: inout [Float]) {
    let (channelCount, own) = (sum.count / count, min(count, readyCount))
    for channel in 0..<channelCount {
      let samples = ready[repeats ? 0 : channel]
      for place in 0..<own where abs(samples[place]) < 1e6 {
        sum[place * channelCount + channel] += samples[place]
      }
    }
    for channel in ready.indices { ready[channel].removeFirst(own) }
  }
}

/// A WAV file of 32-bit floats that is written piece by piece.
private final class FloatWaveFile {
  private static let headerSize = 44
  private let path: String
  private let descriptor: Int32
  private let header: (rate: Int, channelCount: Int)
  private var byteCount = 0

  init(_ path: String, rate: Int, channelCount: Int) throws {
    (self.path, header) = (path, (rate, channelCount))
    descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure() }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func append(_ samples: [Float]) throws {
    try write(samples, at: Self.headerSize + byteCount)
    byteCount += 4 * samples.count
    guard byteCount < Int(UInt32.max) - 100 else {
      throw MediaError.unusable(path, "the mixed sound is longer than 4 GB", "give shorter sounds")
    }
  }

  /// Multiplies everything by `gain`, and writes the header.
  func finish(gain: Float) throws {
    if gain != 1 {
      for start in stride(from: 0, to: byteCount, by: 1 << 20) {
        let count = min(1 << 20, byteCount - start) / 4
        var samples = [Float](repeating: 0, count: count)
        let place = Self.headerSize + start
        let found = samples.withUnsafeMutableBytes {
          pread(descriptor, $0.baseAddress, $0.count, place)
        }
        guard found == 4 * count else { throw failure() }
        try write(samples.map { $0 * gain }, at: place)
      }
    }
    func word(_ value: Int) -> UInt32 { UInt32(value).littleEndian }
    func text(_ text: String) -> UInt32 { text.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    let frameSize = 4 * header.channelCount
    let words: [UInt32] = [
      text("RIFF"), word(36 + byteCount), text("WAVE"), text("fmt "), word(16),
      word(3 | header.channelCount << 16), word(header.rate), word(header.rate * frameSize),
      word(frameSize | 32 << 16), text("data"), word(byteCount),
    ]
    try write(words, at: 0)
  }

  private func write<Value>(_ values: [Value], at place: Int) throws {
    let written = values.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, place) }
    guard written == values.count * MemoryLayout<Value>.size else { throw failure() }
  }

  private func failure() -> MediaError { .writing(path, errno: errno) }
}
