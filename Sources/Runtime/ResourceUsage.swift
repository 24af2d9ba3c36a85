import Foundation
import Glibc

/// What this process has used so far.
public enum ResourceUsage {
  /// The largest resident memory so far.
  public static var peakResidentBytes: Int {
    var usage = rusage()
    getrusage(0, &usage)  // RUSAGE_SELF
    return usage.ru_maxrss * 1024
  }

  /// Cores that this process may run on.
  public static var availableCores: Int {
    max(1, ProcessInfo.processInfo.activeProcessorCount)
  }
}
