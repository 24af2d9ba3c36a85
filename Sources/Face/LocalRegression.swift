import Foundation

/// Smooths series without lag: at every place, a parabola fitted to the neighbours by weighted least
/// squares (a line near the ends), weights falling as a Gaussian.
struct LocalRegression: Sendable {
  /// Deviation of the weights, in samples.
  let deviation: Double

  /// How many neighbours to each side count.
  var reach: Int { max(1, Int((3 * deviation).rounded(.up))) }

  /// `series[t]` are the values at time t, all of one length; the result has the same form.
  func smoothed(_ series: [[Double]]) -> [[Double]] {
    let reach = reach
    return series.indices.map { t in
      let low = max(0, t - reach)
      let high = min(series.count - 1, t + reach)
      let kernel = Self.kernel(from: low - t, through: high - t, deviation: deviation)
      var result = [Double](repeating: 0, count: series[t].count)
      for (index, weight) in zip(low...high, kernel) {
        for k in result.indices { result[k] += weight * series[index][k] }
      }
      return result
    }
  }

  /// Weights of the samples at the given offsets that give the fitted curve's value at offset 0.
  private static func kernel(from low: Int, through high: Int, deviation: Double) -> [Double] {
    let offsets = (low...high).map(Double.init)
    let weights = offsets.map { exp(-$0 * $0 / (2 * deviation * deviation)) }
    func moment(_ power: Int) -> Double {
      zip(offsets, weights).reduce(0) { $0 + $1.1 * pow($1.0, Double(power)) }
    }
    let (m0, m1, m2) = (moment(0), moment(1), moment(2))
    if min(-low, high) >= 2 {
      let (m3, m4) = (moment(3), moment(4))
      // First row of the inverse of the 3 x 3 moment matrix, by cofactors.
      let (c0, c1, c2) = (m2 * m4 - m3 * m3, m2 * m3 - m1 * m4, m1 * m3 - m2 * m2)
      let determinant = m0 * c0 + m1 * c1 + m2 * c2
      return zip(offsets, weights).map {
        $1 * (c0 + c1 * $0 + c2 * $0 * $0) / determinant
      }
    }
    let determinant = m0 * m2 - m1 * m1
    guard determinant > 1e-12 else { return weights.map { $0 / m0 } }
    return zip(offsets, weights).map { $1 * (m2 - m1 * $0) / determinant }
  }
}
