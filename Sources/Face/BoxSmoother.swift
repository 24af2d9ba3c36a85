import MediaTypes

/// A box on one frame.
struct BoxSample: Sendable {
  /// Left, top, right and bottom, and what else is to be smoothed; nil where no face was found.
  var values: [Double]?
  /// Samples of different shots have nothing to do with each other.
  var shot: Int
}

/// Steadies boxes over time, without lag.
///
/// The pose network places points on a grid as coarse as four pixels of a large frame. Where a box rests, each edge is
/// smoothed over about a second; where it moves by more than that grid explains, over a sixth of it. Edges then keep their
/// whole pixel until they have left it clearly, so that a face at rest has one box. A box depends on all frames before it,
/// and on `lookahead` frames after it.
struct BoxSmoother {
  let rate: Rational
  /// Deviations of the weights.
  var slowSeconds = 0.3
  var quickSeconds = 0.06
  /// Gaps up to this long are interpolated.
  var longestGapSeconds = 0.3
  /// How far an edge goes beyond its pixel before it takes another, in pixels.
  var hold = 0.75

  /// How many frames after it decide about a frame.
  var lookahead: Int { slowReach + 2 + longestGap }

  private var slowReach: Int { LocalRegression(deviation: deviation(slowSeconds)).reach }
  private var longestGap: Int { Int((longestGapSeconds * rate.value).rounded()) }
  private func deviation(_ seconds: Double) -> Double { max(seconds * rate.value, 0.8) }

  /// Smoothed values, of which the first four are whole numbers.
  func smoothed(_ samples: [BoxSample]) -> [[Double]?] {
    var result = [[Double]?](repeating: nil, count: samples.count)
    for run in runs(samples) {
      let filled = filled(samples, run)
      for (offset, values) in held(steadied(filled)).enumerated() {
        result[run.lowerBound + offset] = values
      }
    }
    return result
  }

  /// Ranges of frames of one shot with a face, gaps that are short enough included.
  private func runs(_ samples: [BoxSample]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    for (index, sample) in samples.enumerated() where sample.values != nil {
      if let last = result.last, index - last.upperBound <= longestGap,
        samples[last.upperBound - 1].shot == sample.shot
      {
        result[result.count - 1] = last.lowerBound..<(index + 1)
      } else {
        result.append(index..<(index + 1))
      }
    }
    return result
  }

  private func filled(_ samples: [BoxSample], _ run: Range<Int>) -> [[Double]] {
    var result: [[Double]] = []
    var last = run.lowerBound
    for index in run {
      guard let values = samples[index].values else { continue }
      if let before = result.last, index - last > 1 {
        for between in (last + 1)..<index {
          let share = Double(between - last) / Double(index - last)
          result.append(zip(before, values).map { $0 + ($1 - $0) * share })
        }
      }
      result.append(values)
      last = index
    }
    return result
  }

  private func steadied(_ raw: [[Double]]) -> [[Double]] {
    guard raw.count > 2 else { return raw }
    let slow = LocalRegression(deviation: deviation(slowSeconds)).smoothed(raw)
    let quick = LocalRegression(deviation: deviation(quickSeconds)).smoothed(raw)
    return raw.indices.map { t in
      let noise = noise(raw, around: t)
      let miss = (0..<4).map { abs(slow[t][$0] - quick[t][$0]) }.max() ?? 0
      let change = smoothstep(0.8 * noise, 1.7 * noise, miss)
      return zip(slow[t], quick[t]).map { $0 + ($1 - $0) * change }
    }
  }

  /// The mean deviation of an edge from the middle of its neighbours within about a second of frame `t`, at least 0.5 % of
  /// the run's first box and 1 pixel.
  private func noise(_ raw: [[Double]], around t: Int) -> Double {
    let window = max(1, t - slowReach)...max(1, min(raw.count - 2, t + slowReach))
    let total = window.reduce(0.0) { sum, t in
      let misses = (0..<4).map { abs(raw[t][$0] - (raw[t - 1][$0] + raw[t + 1][$0]) / 2) }
      return sum + (misses.max() ?? 0)
    }
    let side = raw[0][3] - raw[0][1]
    return max(total / Double(window.count), 0.005 * side, 1)
  }

  private func held(_ values: [[Double]]) -> [[Double]] {
    var current = values[0].prefix(4).map { $0.rounded() }
    return values.map { values in
      for edge in 0..<4 where abs(values[edge] - current[edge]) > hold {
        current[edge] = values[edge].rounded()
      }
      return current + values.dropFirst(4)
    }
  }
}
