/// The overlapping windows in which a long video is denoised, a step at a time for all of them, so that its length is
/// bounded by no network (MuseV's visual-conditioned parallel denoising).
public struct DenoisingWindows: Sendable, Equatable {
  /// The frames of every window; on a ring, those beyond the last are its first.
  public let ranges: [Range<Int>]
  public let frames: Int

  /// Windows over `frames` frames, of `length` each, of which neighbours share `overlap`.
  ///
  /// The last one begins earlier, so that it is as long as the others. With `isLastShort` it begins where its turn is
  /// and ends with the video, as upstream has it.
  public init(frames: Int, length: Int, overlap: Int, isLastShort: Bool = false) {
    precondition(
      frames > 0 && length > 0 && (0..<length).contains(overlap),
      "windows of \(length) frames that share \(overlap), over \(frames)")
    self.frames = frames
    var ranges: [Range<Int>] = []
    var start = 0
    while (ranges.last?.upperBound ?? 0) < frames {
      let end = min(start + length, frames)
      ranges.append((isLastShort ? start : max(end - length, 0))..<end)
      start += length - overlap
    }
    self.ranges = ranges
  }

  /// Windows over a ring of `frames` frames, whose first comes after its last: windows go on there.
  ///
  /// They lie evenly, and neighbours share `overlap` frames at least; a window longer than the ring sees some frames twice.
  public init(ring frames: Int, length: Int, overlap: Int) {
    precondition(
      frames > 0 && length > 0 && (0..<length).contains(overlap),
      "windows of \(length) frames that share \(overlap), over \(frames)")
    self.frames = frames
    let count = (frames + length - overlap - 1) / (length - overlap)
    ranges = (0..<count).map { index in
      let start = index * frames / count
      return start..<(start + length)
    }
  }

  /// How many windows each frame is in, or how often.
  public var coverage: [Int] {
    var counts = Array(repeating: 0, count: frames)
    for range in ranges { for frame in range { counts[frame % frames] += 1 } }
    return counts
  }
}
