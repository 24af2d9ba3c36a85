public import Compute

/// One measured figure of `avatar bench`.
public struct BenchmarkResult: Codable, Sendable {
  public let benchmark: String
  public let model: String
  /// Median after warm-up; nil where speed is told against real time.
  public let secondsPerFrame: Double?
  public let timesRealtime: Double?
  public let threads: Int
  public let precision: String
  public let batch: Int
  public let peakRssBytes: Int
  /// Bytes of all activations of a network together.
  public var activationBytes: Int?
  /// Where a network's time goes, if it was asked for.
  public var operators: [OperatorTime]?

  enum CodingKeys: String, CodingKey {
    case benchmark, model, threads, precision, batch, operators
    case activationBytes = "activation_bytes"
    case secondsPerFrame = "seconds_per_frame"
    case timesRealtime = "times_realtime"
    case peakRssBytes = "peak_rss_bytes"
  }
}

/// Times a piece of work: once to warm up, then the median of several runs.
enum Stopwatch {
  static func medianSeconds(runs: Int, _ body: () throws -> Void) rethrows -> Double {
    try body()
    var times: [Double] = []
    for _ in 0..<max(1, runs) {
      let start = ContinuousClock.now
      try body()
      times.append((ContinuousClock.now - start) / .seconds(1))
    }
    return times.sorted()[times.count / 2]
  }
}
