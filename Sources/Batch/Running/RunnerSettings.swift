/// How a runner works.
public struct RunnerSettings: Sendable {
  /// Jobs in work at once.
  public var workers: Int
  /// Seconds after which no further job is begun and those in work end with their segment; nil is no limit.
  public var maximumSeconds: Double?
  /// No job is begun while its output's disk has less room than this.
  public var minimumFreeByteCount: Int
  /// How long an attempt that was told to stop at once may take for it before its process is killed.
  public var stopGraceSeconds: Double
  /// A host that is silent for so long is taken for hung.
  public var silenceSeconds: Double

  public init(
    workers: Int = 1, maximumSeconds: Double? = nil, minimumFreeByteCount: Int = 1 << 30
  ) {
    self.workers = workers
    self.maximumSeconds = maximumSeconds
    self.minimumFreeByteCount = minimumFreeByteCount
    stopGraceSeconds = 10
    silenceSeconds = 60
  }
}

/// Why a runner ended.
public enum RunnerEnding: Sendable, Hashable {
  /// No job is left that could be begun.
  case nothingLeft
  /// `maximumSeconds` were over; jobs are left.
  case timeOver
  /// A signal asked for it.
  case interrupted
  /// No job is left but those for whose outputs there was no room in these folders, one a disk.
  case diskFull(folders: [String])
}
