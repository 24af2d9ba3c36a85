/// When jobs are set aside.
public struct QuarantineLimits: Sendable, Hashable {
  /// Attempts in a row that failed without a new segment.
  public var barrenAttempts: Int
  /// Attempts in a row without a new segment whose runner vanished, which is seldom the job's fault.
  public var abandonedAttempts: Int

  public init(barrenAttempts: Int = 3, abandonedAttempts: Int = 10) {
    self.barrenAttempts = barrenAttempts
    self.abandonedAttempts = abandonedAttempts
  }
}
