/// What the steps of a part of the work are.
public enum ProgressUnit: Sendable {
  case frames, steps
}

/// What a run tells the person who waits for it.
public enum ProgressEvent: Sendable {
  /// A new part of the work begins; `total` counts its steps (0: unknown).
  case stage(name: String, total: Int, unit: ProgressUnit = .frames)
  /// `done` steps of the current stage are finished.
  case step(done: Int)
  /// Segment `index` of `count` is finished, synced, and will not be made again.
  case segment(index: Int, count: Int, sha256: String, byteCount: Int)
  /// Something that does not stop the run but should be known; one line.
  case warning(String)
}

public typealias ProgressHandler = @Sendable (ProgressEvent) -> Void
