import Foundation
import Media
import MediaTypes
import Testing

@Suite struct AudioReaderTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  /// The share of `samples` that is a sine of `frequency`: amplitude and what remains.
  private func sine(_ samples: [Float], _ frequency: Double, rate: Int) -> (Double, Double) {
    var (real, imaginary, energy) = (0.0, 0.0, 0.0)
    for (index, sample) in samples.enumerated() {
      let angle = 2 * Double.pi * frequency * Double(index) / Double(rate)
      real += Double(sample) * cos(angle)
      imaginary += Double(sample) * sin(angle)
      energy += Double(sample) * Double(sample)
    }
    let count = Double(samples.count)
    let amplitude = 2 * (real * real + imaginary * imaginary).squareRoot() / count
    return (amplitude, (max(energy / count - amplitude * amplitude / 2, 0) * 2).squareRoot())
  }

  @Test(arguments: [
    ("a.wav", "-c:a pcm_s16le", 0), ("b.wav", "-c:a pcm_f32le", 0), ("c.wav", "-c:a pcm_s24le", 0),
    ("d.flac", "", 0), ("e.mp3", "", 1152), ("f.m4a", "-c:a aac", 1024),
    ("g.ogg", "-c:a libvorbis", 128),
    ("h.opus", "-c:a libopus", 128), ("i.mka", "-c:a ac3", 1536), ("j.aiff", "", 0),
    ("k.mp4", "-c:a aac", 1024),
  ])
  func everyFormatGivesItsSamples(name: String, arguments: String, slack: Int) throws {
    let path = try shop.tone(name, seconds: 0.75, rate: 48000, channels: 2, arguments)
    let reader = try AudioReader(path)
    #expect((reader.sampleRate, reader.channelCount) == (48000, 2))
    let sound = try readAll(reader)
    #expect(abs(sound.sampleCount - 36000) <= slack, "\(sound.sampleCount)")
    #expect(reader.sampleCount == sound.sampleCount)
    let (amplitude, rest) = sine(Array(sound.channels[1][4800..<28800]), 440, rate: 48000)
    #expect(amplitude > 0.07 && rest < amplitude / 4, "\(amplitude) \(rest)")
  }

  @Test func chunksHaveTheAskedSize() throws {
    let reader = try AudioReader(try shop.tone("a.flac", seconds: 0.2, rate: 44100, channels: 1))
    var counts: [Int] = []
    while let chunk = try reader.read(maximumSampleCount: 1000) { counts.append(chunk.sampleCount) }
    #expect(counts == Array(repeating: 1000, count: 8) + [820])
    #expect(try reader.read() == nil)
  }

  @Test func recordingsWithoutSamples() throws {
    var data = Data("RIFF".utf8) + Data([36, 0, 0, 0]) + Data("WAVEfmt ".utf8)
    data += Data([16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0])
    data += Data("data".utf8) + Data([0, 0, 0, 0])
    try data.write(to: URL(fileURLWithPath: shop["empty.wav"]))
    expectError(.badInput) { _ = try AudioReader(shop["empty.wav"]).read() }
  }

  @Test(arguments: [[0, 0, 0, 0], [255, 255, 255, 255]] as [[UInt8]])
  func streamedHeadersAreFine(size: [UInt8]) throws {
    let path = try shop.tone("a.wav", seconds: 0.25, rate: 16000, channels: 1, "-bitexact")
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    data.replaceSubrange(4..<8, with: size)
    data.replaceSubrange(40..<44, with: size)
    try data.write(to: URL(fileURLWithPath: path))
    #expect(try readAll(AudioReader(path)).sampleCount == 4000)
  }

  @Test(arguments: [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192_000])
  func resamplingKeepsTonesAndTime(rate: Int) throws {
    let tone = (0..<(rate / 2)).map { Float(0.5 * sin(2 * .pi * 1000 * Double($0) / Double(rate))) }
    let resampler = try Resampler(inputRate: rate)
    let output =
      try resampler.resample(Waveform(sampleRate: rate, channels: [tone, tone]))
      + resampler.finish()
    #expect(output.count == (rate / 2 * 16000 + rate - 1) / rate)
    var error: Float = 0
    for index in 400..<(output.count - 400) {
      let expected = Float(0.5 * sin(2 * .pi * 1000 * Double(index) / 16000))
      error = max(error, abs(output[index] - expected))
    }
    #expect(error < 0.0005, "\(error)")
  }

  @Test func tonesThatDoNotFitAreRemoved() throws {
    let tone = (0..<24000).map { Float(0.5 * sin(2 * .pi * 9000 * Double($0) / 48000)) }
    let resampler = try Resampler(inputRate: 48000)
    let output =
      try resampler.resample(Waveform(sampleRate: 48000, channels: [tone])) + resampler.finish()
    #expect(output[400..<7600].allSatisfy { abs($0) < 0.0005 })
  }

  @Test func chunksDoNotMatter() throws {
    let sound = (0..<20000).map { Float(sin(Double($0 * $0) / 90000)) }
    let whole = try Resampler(inputRate: 44100)
    let once =
      try whole.resample(Waveform(sampleRate: 44100, channels: [sound])) + whole.finish()
    let pieces = try Resampler(inputRate: 44100)
    var output: [Float] = []
    var start = 0
    for step in 1... where start < sound.count {
      let end = min(start + 1 + step * 37 % 900, sound.count)
      output += try pieces.resample(
        Waveform(sampleRate: 44100, channels: [Array(sound[start..<end])]))
      start = end
      if start == sound.count { break }
    }
    output += try pieces.finish()
    #expect(output == once)
  }
}
