import Foundation
import Glibc

/// A point in time: for leases by a clock that nobody sets, for people by the wall's.
public struct Moment: Sendable, Hashable {
  /// Which start of the machine `monotonicNanoseconds` counts from.
  public var boot: String
  public var monotonicNanoseconds: Int
  /// Seconds since 1970: shown, never reckoned with.
  public var wallSeconds: Double

  public init(boot: String, monotonicNanoseconds: Int, wallSeconds: Double) {
    self.boot = boot
    self.monotonicNanoseconds = monotonicNanoseconds
    self.wallSeconds = wallSeconds
  }

  /// The monotonic time `seconds` from now.
  func monotonicNanoseconds(after seconds: Double) -> Int {
    monotonicNanoseconds + Int((min(max(seconds, 0), 1e9) * 1e9).rounded())
  }
}

/// Tells the time; tests have clocks of their own.
public struct BatchClock: Sendable {
  public let now: @Sendable () -> Moment

  public init(now: @escaping @Sendable () -> Moment) { self.now = now }

  /// The machine's clocks.
  ///
  /// The monotonic one stands still while the machine sleeps, as its processes do.
  public static let system = BatchClock {
    Moment(
      boot: bootIdentifier,
      monotonicNanoseconds: read(CLOCK_MONOTONIC),
      wallSeconds: Double(read(CLOCK_REALTIME)) / 1e9)
  }

  private static func read(_ clock: clockid_t) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// What Linux calls this start of the machine; where it can't be read, each process is a start of its own,
  /// so that no lease of an earlier one is believed.
  private static let bootIdentifier: String = {
    let path = "/proc/sys/kernel/random/boot_id"
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString
  }()
}
