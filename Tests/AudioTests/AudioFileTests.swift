import CSndFile
import Compute
import Glibc
import MediaTypes
import TestSupport
import Testing

@testable import Audio

struct AudioFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let ramp = (0..<1000).map { Int16($0 * 20) }

  private func speech(_ bytes: [UInt8], _ name: String = "a.wav") throws -> [Float] {
    try AudioFile(path: folder.write(bytes, to: name)).speech()
  }

  @Test func `reads 16 kHz mono as it is`() throws {
    #expect(try speech(WaveFixture.bytes(ramp)) == ramp.map { Float($0) / 32_768 })
  }

  @Test func `averages channels`() throws {
    let stereo: [Int16] = [100, 300, -200, 200, 32_767, 32_767]
    let found = try speech(WaveFixture.bytes(stereo, channels: 2))
    #expect(found == [200, 0, 32_767].map { Float($0) / 32_768 })
  }

  @Test(arguments: [UInt32(0), 0xFFFF_FFFF, 0x7FFF_F000])
  func `reads streams whose header knows no size`(size: UInt32) throws {
    for riffSize in [0, size, 0xFFFF_FFFF] {
      let bytes = WaveFixture.bytes(ramp, riffSize: riffSize, dataSize: size)
      let path = try folder.write(bytes, to: "stream-\(size)-\(riffSize).wav")
      let reader = try AudioFile(path: path).reader()
      var (all, piece): ([Float], [Float]) = ([], [])
      repeat {
        try reader.read(into: &piece)
        all += piece
      } while !piece.isEmpty
      #expect(all == ramp.map { Float($0) / 32_768 })
      #expect(reader.warnings.isEmpty)
    }
  }

  @Test(arguments: [SF_FORMAT_FLAC, SF_FORMAT_AIFF, SF_FORMAT_CAF, SF_FORMAT_AU, SF_FORMAT_W64])
  func `reads other formats`(format: Int) throws {
    let path = folder.file("sound")
    try write(ramp, format: format | SF_FORMAT_PCM_16, path: path)
    #expect(try AudioFile(path: path).speech() == ramp.map { Float($0) / 32_768 })
  }

  @Test func `reads Vorbis at its own rate`() throws {
    let tone = sineWave(hertz: 440, sampleRate: 44_100, count: 44_100).map { Int16($0 * 16_000) }
    let path = folder.file("tone.ogg")
    try write(tone, format: SF_FORMAT_OGG | SF_FORMAT_VORBIS, sampleRate: 44_100, path: path)
    let found = try AudioFile(path: path).speech()
    let expected = sineWave(hertz: 440, sampleRate: 16_000, count: 16_000).map {
      $0 * 16_000 / 32_768
    }
    #expect(found.count == 16_000)
    let worst = zip(found, expected).dropFirst(500).dropLast(500).map { abs($0 - $1) }.max()!
    #expect(worst < 0.02)
  }

  @Test func `counts the file's own samples`() throws {
    let path = try folder.write(WaveFixture.bytes(ramp, sampleRate: 48_000), to: "a.wav")
    let reader = try AudioFile(path: path).reader()
    var piece: [Float] = []
    var count = 0
    repeat {
      try reader.read(into: &piece)
      count += piece.count
    } while !piece.isEmpty
    #expect(reader.sourceSampleCount == 1000 && reader.sourceSampleRate == 48_000)
    #expect(count == 334)
    #expect(reader.frameCount(at: Rational(25)) == 1)
    #expect(reader.frameCount(at: Rational(48)) == 1)
    #expect(reader.frameCount(at: Rational(49)) == 2)
  }

  @Test func `makes the same spectrogram of a file and of its samples`() throws {
    let sound = noise(count: 500_000)
    let reader = try AudioFile(path: folder.write(WaveFixture.bytes(sound), to: "a.wav")).reader()
    let mel = try WhisperMel().blocks(of: reader)
    #expect(mel.shape == [2, 80, 3000])
    #expect(mel == WhisperMel().blocks(of: sound))
  }

  @Test func `takes silence for samples that are no numbers, and says so`() throws {
    let bytes = WaveFixture.bytes([0.5, .nan, -0.25, .infinity, 1e30, 0.125])
    let reader = try AudioFile(path: folder.write(bytes, to: "nan.wav")).reader()
    var piece: [Float] = []
    try reader.read(into: &piece)
    #expect(piece == [0.5, 0, -0.25, 0, 0, 0.125])
    #expect(reader.warnings.count == 1 && reader.warnings[0].contains("3 samples"))
  }

  @Test func `reads what is left of a file cut short, and says so`() throws {
    let bytes = WaveFixture.bytes(ramp).prefix(44 + 501)
    let reader = try AudioFile(path: folder.write(Array(bytes), to: "cut.wav")).reader()
    var piece: [Float] = []
    try reader.read(into: &piece)
    #expect(piece == ramp.prefix(250).map { Float($0) / 32_768 })
    #expect(reader.warnings.count == 1 && reader.warnings[0].contains("25 %"))
  }

  private func write(
    _ samples: [Int16], format: Int, sampleRate: Int = 16_000, path: String
  ) throws {
    var info = SF_INFO()
    info.samplerate = Int32(sampleRate)
    info.channels = 1
    info.format = Int32(format)
    let file = try #require(sf_open(path, Int32(SFM_WRITE), &info))
    #expect(sf_write_short(file, samples, sf_count_t(samples.count)) == samples.count)
    sf_close(file)
  }
}
