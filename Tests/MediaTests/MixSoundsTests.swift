import Foundation
import Media
import MediaTypes
import TestSupport
import Testing

@Suite("Mixing sounds")
struct MixSoundsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A sound by an expression of FFmpeg's in `t`, one for each channel with `|` between.
  private func make(_ name: String, _ expression: String, seconds: Double, rate: Int) throws {
    try folder.run(
      "ffmpeg",
      [
        "-v", "error", "-f", "lavfi", "-i", "aevalsrc=\(expression):s=\(rate):d=\(seconds)", "-c:a",
        "pcm_f32le", name,
      ])
  }

  private func read(_ name: String) throws -> Waveform {
    let reader = try AudioReader(folder.file(name))
    var all = Waveform(
      sampleRate: reader.sampleRate, channels: Array(repeating: [], count: reader.channelCount))
    while let piece = try reader.read() {
      for channel in piece.channels.indices { all.channels[channel] += piece.channels[channel] }
    }
    return all
  }

  private func mix(_ names: String...) throws -> Waveform {
    try mixSounds(names.map(folder.file), to: folder.file("mix.wav"))
    return try read("mix.wav")
  }

  @Test("the sum is as long as the longest sound, and mono where all are")
  func sum() throws {
    try make("a.wav", "0.25", seconds: 1, rate: 8000)
    try make("b.wav", "0.5*sin(600*t)", seconds: 2.5, rate: 8000)
    let mixed = try mix("a.wav", "b.wav")
    #expect(mixed.channels.count == 1 && mixed.sampleRate == 8000 && mixed.sampleCount == 20_000)
    let alone = try read("b.wav").channels[0]
    for place in stride(from: 0, to: 20_000, by: 37) {
      let expected = alone[place] + (place < 8000 ? 0.25 : 0)
      #expect(abs(mixed.channels[0][place] - expected) < 1e-6)
    }
  }

  @Test("rates become the highest, and one channel goes to both sides as it is")
  func forms() throws {
    try make("a.wav", "0.25", seconds: 1, rate: 8000)
    try make("b.wav", "0.1|-0.1", seconds: 1, rate: 16_000)
    let mixed = try mix("a.wav", "b.wav")
    #expect(mixed.channels.count == 2 && mixed.sampleRate == 16_000)
    #expect(abs(mixed.sampleCount - 16_000) <= 64)
    #expect(abs(mixed.channels[0][8000] - 0.35) < 1e-3)
    #expect(abs(mixed.channels[1][8000] - 0.15) < 1e-3)
  }

  @Test("nothing is clipped: all is made fainter by as much")
  func loudness() throws {
    try make("a.wav", "0.9*sin(300*t)", seconds: 9, rate: 16_000)
    try make("b.wav", "0.9*sin(300*t)", seconds: 9, rate: 16_000)
    let (mixed, alone) = (try mix("a.wav", "b.wav"), try read("a.wav"))
    #expect(mixed.channels[0].allSatisfy { abs($0) <= 1 })
    for place in stride(from: 0, to: alone.sampleCount, by: 101) {
      #expect(abs(mixed.channels[0][place] - alone.channels[0][place] / 0.9) < 1e-3)
    }
  }

  @Test("what is no sound, and what can't be written, are errors")
  func badInput() throws {
    try make("a.wav", "0.5", seconds: 1, rate: 8000)
    try folder.write([1, 2, 3], to: "b.wav")
    #expect(throws: MediaError.self) { try mix("a.wav", "b.wav") }
    #expect(throws: MediaError.self) { try mix("a.wav", "none.wav") }
    #expect(throws: MediaError.self) {
      try mixSounds([folder.file("a.wav")], to: "/nowhere/at/all.wav")
    }
  }
}
