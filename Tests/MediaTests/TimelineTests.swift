import Media
import MediaTypes
import Testing

private let rates = [
  Rational(24000, 1001), Rational(24), Rational(25), Rational(30000, 1001), Rational(30),
  Rational(50), Rational(60000, 1001),
]

@Suite struct TimelineTests {
  /// The latest source frame at each output time, found one by one.
  private func latest(_ output: Int, _ rate: Rational, source: Rational, count: Int) -> Int {
    let time = Rational(output) * rate.inverse
    var frame = 0
    while frame + 1 < count, Rational(frame + 1) * source.inverse <= time { frame += 1 }
    return frame
  }

  @Test(arguments: rates, rates)
  func constantRatesShowTheLatestFrame(source: Rational, output: Rational) {
    let exact = PresentationTimes(frameCount: 60, rate: source)
    // The same frames as Matroska (milliseconds) and MPEG-TS (90 kHz) state them.
    let rounded = [Rational(1, 1000), Rational(1, 90000)].map { base in
      PresentationTimes(
        timeBase: base,
        ticks: (0..<60).map { Int((Double($0) / source.value / base.value).rounded()) },
        lastDuration: Int((1 / source.value / base.value).rounded()), averageRate: source)
    }
    for times in [exact] + rounded {
      let timeline = Timeline(times, rate: output, loop: .hold)
      for index in 0..<90 {
        #expect(
          timeline.sourceIndex(at: index)
            == latest(index, output, source: source, count: 60), "\(index) \(times.timeBase)")
      }
    }
  }

  @Test(arguments: rates) func equalRatesAreTheIdentity(rate: Rational) {
    let timeline = Timeline(
      PresentationTimes(frameCount: 5000, rate: rate), rate: rate, loop: .loop)
    #expect((0..<5000).allSatisfy { timeline.sourceIndex(at: $0) == $0 })
    #expect(timeline.sourceIndex(at: 1_000_000_007) == 7)
  }

  @Test func loopModes() {
    let times = PresentationTimes(frameCount: 4, rate: Rational(25))
    func shown(_ loop: LoopMode) -> [Int] {
      let timeline = Timeline(times, rate: Rational(25), loop: loop)
      return (0..<13).map(timeline.sourceIndex(at:))
    }
    #expect(shown(.bounce) == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0])
    #expect(shown(.loop) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0])
    #expect(shown(.hold) == [0, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3])
  }

  @Test(arguments: LoopMode.allCases, [1, 2]) func shortSources(loop: LoopMode, count: Int) {
    let times = PresentationTimes(frameCount: count, rate: Rational(25))
    let timeline = Timeline(times, rate: Rational(25), loop: loop)
    let expected = (0..<6).map { loop == .hold ? min($0, count - 1) : $0 % count }
    #expect((0..<6).map(timeline.sourceIndex(at:)) == expected)
  }

  @Test func variableRate() {
    // Frames at 0, 40, 200, 240 ms; the last one lasts 60 ms.
    let times = PresentationTimes(
      timeBase: Rational(1, 1000), ticks: [0, 40, 200, 240], lastDuration: 60,
      averageRate: Rational(40, 3))
    func shown(_ loop: LoopMode, _ count: Int) -> [Int] {
      let timeline = Timeline(times, rate: Rational(50), loop: loop)
      return (0..<count).map(timeline.sourceIndex(at:))
    }
    let forward = [0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3]
    let back = [2, 2, 1, 1, 1, 1, 1, 1, 1, 1]
    #expect(shown(.hold, 17) == forward + [3, 3])
    #expect(shown(.loop, 18) == forward + [0, 0, 1])
    #expect(shown(.bounce, 28) == forward + back + [0, 0, 1])
  }

  @Test func nanosecondTicksDoNotOverflow() {
    let day = 86_400
    let times = PresentationTimes(
      timeBase: Rational(1, 1_000_000_000), ticks: [0, 7_000_000_000, day * 1_000_000_000],
      lastDuration: 1_000_000_000, averageRate: Rational(1))
    let timeline = Timeline(times, rate: Rational(60000, 1001), loop: .bounce)
    #expect(timeline.sourceIndex(at: 5_178_851) == 2)
    #expect(timeline.sourceIndex(at: 600) == 1)
  }
}
