import MediaTypes
import Testing

struct RationalTests {
  @Test func `is kept in lowest terms with a positive denominator`() {
    #expect(Rational(50, 2) == Rational(25))
    #expect(Rational(1, -2).numerator == -1)
    #expect(Rational(30000, 1001).description == "30000/1001")
  }

  @Test(arguments: [("25", Rational(25)), ("30000/1001", Rational(30000, 1001))])
  func `reads what a user writes`(text: String, expected: Rational) {
    #expect(Rational(parsing: text) == expected)
  }

  @Test func `reads decimals as written`() {
    #expect(Rational(parsing: "29.97") == Rational(2997, 100))
  }

  @Test(arguments: [
    "", "a", "1/0", "25/", "/2", "1.2.3", "-", "1e3", "25.", "-1.5",
    "4611686018427387903/4611686018427387902", "99999999999",
  ])
  func `refuses what is not a rate`(text: String) {
    #expect(Rational(parsing: text) == nil)
  }
}

struct WaveformTests {
  @Test func `frames cover the whole sound`() {
    let minute = Waveform(sampleRate: 16000, channels: [[Float](repeating: 0, count: 960_000)])
    #expect(minute.frameCount(at: Rational(25)) == 1500)
    #expect(minute.frameCount(at: Rational(30000, 1001)) == 1799)
    let sliver = Waveform(sampleRate: 16000, channels: [[Float](repeating: 0, count: 960_001)])
    #expect(sliver.frameCount(at: Rational(25)) == 1501)
  }
}

struct ArticulationTrackTests {
  @Test func `interpolates between steps and holds the ends`() {
    var open = Articulation.closed
    open.values[0] = 1
    let track = ArticulationTrack(steps: [.closed, open])
    #expect(track.articulation(atFrame: 0, rate: Rational(25)).values[0] == 0.5)
    #expect(track.articulation(atFrame: 100, rate: Rational(25)) == open)
    #expect(ArticulationTrack(steps: []).articulation(atFrame: 3, rate: Rational(25)) == .closed)
  }
}
