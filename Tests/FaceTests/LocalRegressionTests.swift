import Testing

@testable import Face

@Suite("Smoothing over time")
struct LocalRegressionTests {
  @Test("parabolas pass unchanged: no lag, no loss", arguments: [0.8, 1.5, 5])
  func parabola(deviation: Double) {
    let times = (0..<60).map { Double($0) }
    let series: [[Double]] = times.map { t in [3.0 + (0.5 - 0.02 * t) * t, t] }
    let smooth = LocalRegression(deviation: deviation).smoothed(series)
    for t in 2..<58 { #expect(abs(smooth[t][0] - series[t][0]) < 1e-6) }
    for t in 0..<60 { #expect(abs(smooth[t][1] - series[t][1]) < 1e-6) }
  }

  @Test("noise is lowered as the width promises")
  func noise() {
    var source = Noise(seed: 9)
    let series: [[Double]] = (0..<400).map { _ in [source.next()] }
    let smooth = LocalRegression(deviation: 5).smoothed(series)
    var power = 0.0
    for values in smooth { power += values[0] * values[0] }
    #expect((power / 400).squareRoot() < 0.4)
  }

  @Test("one and two samples stay")
  func short() {
    let regression = LocalRegression(deviation: 3)
    #expect(regression.smoothed([]) == [])
    #expect(regression.smoothed([[4, 2]]) == [[4, 2]])
    let two = regression.smoothed([[1], [3]])
    #expect(abs(two[0][0] - 1) < 1e-9 && abs(two[1][0] - 3) < 1e-9)
  }
}
