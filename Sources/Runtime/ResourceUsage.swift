import Glibc

/// What this process has used so far.
public enum ResourceUsage {
  /// The largest resident memory so far.
  public static var peakResidentBytes: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss * 1024
  }

  /// Cores that this process may run on.
  public static var availableCores: Int {
    var set = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else { return 1 }
    return withUnsafeBytes(of: set) { bytes in
      max(1, bytes.reduce(0) { $0 + $1.nonzeroBitCount })
    }
  }
}
