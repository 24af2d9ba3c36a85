import Glibc

/// The time that a runner goes by: it never jumps, whatever is done to the wall clock.
protocol RunnerClock: Sendable {
  /// Seconds since an arbitrary start.
  var seconds: Double { get }
  func sleep(seconds: Double)
}

/// CLOCK_MONOTONIC.
struct MonotonicClock: RunnerClock {
  var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  func sleep(seconds: Double) { usleep(UInt32(seconds * 1e6)) }
}
