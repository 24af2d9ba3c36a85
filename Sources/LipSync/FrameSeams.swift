public import MediaTypes

/// Where a run's source pictures come from, by source frame index; used by one thread at a time.
public protocol FrameSource {
  func frame(at index: Int) throws -> Frame
}

/// Where finished pictures go, segment by segment in order; used by one thread at a time.
public protocol SegmentSink {
  /// Starts the segment with this index.
  func begin(segment index: Int) throws
  func append(_ frame: Frame) throws
  /// Completes the segment: when this returns it lies on disk, synced, under its final name.
  func finish() throws
  /// Drops what the unfinished segment has so far.
  func cancel()
}
