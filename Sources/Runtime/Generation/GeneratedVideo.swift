import LipSync
import Media
import MediaTypes

/// A video whose frames are made one after the other, whatever makes them.
///
/// Memory does not grow with its length; its file has its name only when it is complete and on disk.
struct GeneratedVideo {
  let output: String
  /// Pixels of its frames, even.
  let width: Int
  let height: Int
  let rate: Rational
  var crf = 18
  var replacesOutput = false

  /// Takes the next frame, of the video's size; throws 74 where the disk is full.
  typealias Sink = (Frame) throws -> Void

  /// Writes the frames that `make` hands over, at least one, in order, by way of `work`, which is the caller's to remove.
  ///
  /// `tags` gives the metadata, and learns a digest of the pictures.
  ///
  /// - Throws: what `make` throws; 73 where the output can't be created, 74 for a full disk.
  func write(
    in work: WorkFolder, cancellation: Cancellation,
    tags: (_ digest: String) throws -> [String: String],
    frames make: (_ append: Sink) throws -> Void
  ) throws {
    let store = SegmentStore(work: work, format: VideoFormat(path: output))
    let encoder = try SegmentEncoder(store.unfinishedPath(0), settings: settings)
    do {
      try make { frame in
        try cancellation.check()
        try encoder.append(frame)
      }
      try encoder.finish()
    } catch {
      encoder.cancel()
      throw error
    }
    let segment = try store.finish(0)
    do {
      _ = try joinSegments(
        [store.path(segment)], output: output, rate: rate, metadata: tags(segment.sha256),
        overwrite: replacesOutput, isCancelled: { cancellation.isCancelled })
    } catch is CancellationError {
      throw CancelledError()
    }
  }

  private var settings: EncoderSettings {
    var settings = EncoderSettings(width: width, height: height, rate: rate, color: .bt709)
    settings.crf = crf
    settings.format = VideoFormat(path: output)
    return settings
  }
}
