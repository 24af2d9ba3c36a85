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
  /// Whether frames are transparent in places, in formats that can show it.
  var hasAlpha = false
  /// A file whose sound it gets, cut where the video ends.
  private(set) var soundtrack: String?

  init(
    output: String, width: Int, height: Int, rate: Rational, crf: Int = 18,
    replacesOutput: Bool = false
  ) {
    (self.output, self.width, self.height, self.rate) = (output, width, height, rate)
    (self.crf, self.replacesOutput) = (crf, replacesOutput)
  }

  /// Gives the video the sound of `clip`, where that has any.
  ///
  /// - Throws: `MediaError`, 65, for sound that can't be read, before hours are spent on pictures.
  mutating func takeSound(of clip: String) throws {
    guard try probe(clip).hasAudio else { return }
    _ = try AudioReader(clip).read(maximumSampleCount: 1)
    soundtrack = clip
  }

  /// Takes the next frame, of the video's size; throws 74 where the disk is full.
  typealias Sink = (Frame) throws -> Void

  /// Writes the frames that `make` hands over, at least one, in order, by way of `work`, which is the caller's to remove.
  ///
  /// `tags` gives the metadata, and learns a digest of the pictures.
  ///
  /// - Returns: what should be known about the sound; one line each.
  /// - Throws: what `make` throws; 65 for sound that can't be read; 73 where the output can't be created, 74 for a full disk.
  @discardableResult func write(
    in work: WorkFolder, cancellation: Cancellation,
    tags: (_ digest: String) throws -> [String: String],
    frames make: (_ append: Sink) throws -> Void
  ) throws -> [String] {
    let store = SegmentStore(work: work, format: VideoFormat(path: output))
    let encoder = try SegmentEncoder(store.unfinishedPath(0), settings: settings)
    var frameCount = 0
    do {
      try make { frame in
        try cancellation.check()
        try encoder.append(frame)
        frameCount += 1
      }
      try encoder.finish()
    } catch {
      encoder.cancel()
      throw error
    }
    let segment = try store.finish(0)
    do {
      return try joinSegments(
        [store.path(segment)], audio: sound(frames: frameCount), output: output, rate: rate,
        metadata: tags(segment.sha256),
        overwrite: replacesOutput, isCancelled: { cancellation.isCancelled }
      ).warnings
    } catch is CancellationError {
      throw CancelledError()
    }
  }

  private func sound(frames: Int) -> AudioTrack? {
    soundtrack.map { path in
      var track = AudioTrack(path: path)
      track.duration = Rational(frames) * rate.inverse
      return track
    }
  }

  private var settings: EncoderSettings {
    var settings = EncoderSettings(width: width, height: height, rate: rate, color: .bt709)
    settings.crf = crf
    settings.format = VideoFormat(path: output)
    settings.hasAlpha = hasAlpha && settings.format.holdsAlpha
    return settings
  }
}
