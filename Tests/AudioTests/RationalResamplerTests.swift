import Testing

@testable import Audio

struct RationalResamplerTests {
  static let rates = [8000, 11_025, 22_050, 24_000, 44_100, 48_000, 96_000, 44_101, 15_999]

  private func resample(_ samples: [Float], from rate: Int, pieces: [Int] = []) -> [Float] {
    var resampler = RationalResampler(from: rate, to: 16_000)
    var (output, start) = ([Float](), 0)
    for size in pieces {
      let end = min(start + size, samples.count)
      resampler.process(samples[start..<end], into: &output)
      start = end
    }
    resampler.process(samples[start...], into: &output)
    resampler.finish(into: &output)
    return output
  }

  /// Amplitude of what is left of `found` beside `expected`, away from the edges.
  private func largestDifference(_ found: [Float], _ expected: [Float]) -> Float {
    zip(found, expected).dropFirst(2000).dropLast(2000).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: rates)
  func `keeps tones, their phase and their time`(rate: Int) {
    let highest = min(7000, 0.9 * Double(rate) / 2)
    for hertz in [97.0, 1003.0, highest] {
      let found = resample(sineWave(hertz: hertz, sampleRate: rate, count: rate), from: rate)
      let expected = sineWave(hertz: hertz, sampleRate: 16_000, count: found.count)
      #expect(largestDifference(found, expected) < 3e-4, "\(hertz) Hz")
    }
  }

  @Test(arguments: [22_050, 24_000, 44_100, 48_000, 96_000, 44_101])
  func `lets nothing fold back`(rate: Int) {
    for hertz in [8001.0, 8700, 0.49 * Double(rate)] {
      let found = resample(sineWave(hertz: hertz, sampleRate: rate, count: rate), from: rate)
      #expect(largestDifference(found, found.map { _ in 0 }) < 1e-4, "\(hertz) Hz")
    }
  }

  @Test(arguments: [8000, 11_025, 15_999])
  func `adds no images above the old Nyquist frequency`(rate: Int) {
    // A tone's image would make the result differ from the tone; this one lies next to the edge.
    let hertz = 0.46 * Double(rate)
    let found = resample(sineWave(hertz: hertz, sampleRate: rate, count: rate), from: rate)
    let expected = sineWave(hertz: hertz, sampleRate: 16_000, count: found.count)
    #expect(largestDifference(found, expected) < 3e-4)
  }

  @Test(arguments: rates)
  func `keeps a constant`(rate: Int) {
    let found = resample([Float](repeating: 0.5, count: rate), from: rate)
    #expect(largestDifference(found, found.map { _ in 0.5 }) < 1e-6)
  }

  @Test(arguments: [
    (1, 44_100, 1), (2, 44_100, 1), (3, 44_100, 2), (441, 44_100, 160),
    (442, 44_100, 161), (5, 8000, 10), (48_001, 48_000, 16_001),
  ])
  func `rounds the length up`(count: Int, rate: Int, expected: Int) {
    #expect(resample([Float](repeating: 1, count: count), from: rate).count == expected)
  }

  @Test func `is linear`() {
    let (a, b) = (noise(count: 9000, seed: 1), noise(count: 9000, seed: 2))
    let sum = resample(zip(a, b).map { $0 + 2 * $1 }, from: 44_100)
    let parts = zip(resample(a, from: 44_100), resample(b, from: 44_100)).map { $0 + 2 * $1 }
    #expect(zip(sum, parts).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test(arguments: [44_100, 44_101, 8000])
  func `gives the same bits however the sound is cut`(rate: Int) {
    let samples = noise(count: 20_000)
    let whole = resample(samples, from: rate)
    #expect(resample(samples, from: rate, pieces: [1, 2, 3, 5000, 1, 1, 700, 0, 9000]) == whole)
    #expect(resample(samples, from: rate, pieces: Array(repeating: 97, count: 206)) == whole)
  }

  @Test func `puts an impulse where it was`() {
    var samples = [Float](repeating: 0, count: 4800)
    samples[2400] = 1
    let found = resample(samples, from: 48_000)
    #expect(found.indices.max { found[$0] < found[$1] } == 800)
    #expect(found[801] == found[799])
  }
}
