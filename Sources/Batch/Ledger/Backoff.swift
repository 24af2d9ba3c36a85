/// How long to wait before the next attempt: twice as long after each failure, up to an hour, with jitter, so that jobs
/// that failed together don't come back together.
struct Backoff {
  static let longestSeconds = 3600.0

  private var generator: any RandomNumberGenerator

  init(generator: any RandomNumberGenerator) { self.generator = generator }

  /// Seconds to wait after the `failures`-th failure in a row, from 1: between half the step and the whole.
  mutating func seconds(failures: Int, policy: RetryPolicy) -> Double {
    let doublings = min(max(failures - 1, 0), 40)
    let step = min(policy.backoffSeconds * Double(1 << doublings), Self.longestSeconds)
    return step * Double.random(in: 0.5...1, using: &generator)
  }
}
