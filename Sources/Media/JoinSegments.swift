import CLibAV
import CLibAVShims
public import MediaTypes

/// The sound of a finished video: a recording, encoded from the original file.
public struct AudioTrack: Hashable, Sendable {
  public var path: String
  /// Seconds after which the sound is cut, or up to which silence follows it; nil is the recording's own length.
  public var duration: Rational?
  /// How much louder the sound becomes, in decibels.
  public var gain = 0.0

  public init(path: String) { self.path = path }
}

/// What `joinSegments` wrote.
public struct JoinedVideo: Hashable, Sendable {
  public var frameCount: Int
  public var rate: Rational
  /// Samples per channel of the sound; nil without sound.
  public var soundSampleCount: Int?
  public var soundSampleRate: Int?
  /// One line each, for the person who asked for the video.
  public var warnings: [String]
}

/// Joins segments of `SegmentEncoder` to one video, without encoding pictures again, with sound encoded once.
///
/// Frame i is shown at exactly i / rate; picture and sound both begin at 0. The output has its final name only when it
/// is complete and on disk; on any failure nothing is left. The same input gives the same bytes.
///
/// - Parameters:
///   - segments: in order, all made with equal settings.
///   - audio: a recording of any length; nil for a silent video.
///   - captions: one at a time, in order, for a text track; none makes no track.
///   - output: the video to write; its ending tells the format, which is the segments'.
///   - rate: the segments' frames per second.
///   - metadata: tags by name.
///   - overwrite: whether a file named `output` may be replaced.
///   - isCancelled: asked now and then; true ends the join with `CancellationError`.
/// - Returns: what was written.
/// - Throws: `MediaError`: 65 or 66 for the recording, 73 where the output exists or cannot be
///   created, 74 for a full disk.
public func joinSegments(
  _ segments: [String], audio: AudioTrack? = nil, captions: [Caption] = [], output: String,
  rate: Rational, metadata: [String: String] = [:], overwrite: Bool = false,
  isCancelled: () -> Bool = { false }
) throws -> JoinedVideo {
  precondition(!segments.isEmpty, "segments to join")
  let format = VideoFormat(path: output)
  let sound = try audio.map { try SoundEncoder($0, codec: format.soundCodec) }
  let joiner = try SegmentJoiner(
    segments, sound: sound, captions: captions,
    output: PendingFile(output, overwrite: overwrite), format: format, rate: rate)
  return try joiner.run(metadata: metadata, isCancelled: isCancelled)
}

private final class SegmentJoiner {
  private let segments: [String]
  private let sound: SoundEncoder?
  private var captions: ArraySlice<Caption>
  private let rate: Rational
  private let muxer: Muxer
  private let format: VideoFormat
  private var frameCount = 0
  private var soundSamples = 0

  init(
    _ segments: [String], sound: SoundEncoder?, captions: [Caption], output: PendingFile,
    format: VideoFormat, rate: Rational
  ) throws {
    self.captions = captions[...]
    self.segments = segments
    self.sound = sound
    self.rate = rate
    self.format = format
    muxer = try Muxer(output, format: format)
  }

  func run(metadata: [String: String], isCancelled: () -> Bool) throws -> JoinedVideo {
    var reader = try SegmentReader(segments[0], rate: rate, format: format)
    let header = try reader.header
    let picture = try muxer.addStream(
      reader.parameters, timeBase: rate.inverse, hasAlpha: reader.hasAlpha)
    let soundStream = try addSound()
    let captionStream = try addCaptions()
    try muxer.begin(
      metadata: metadata, movFlags: "+faststart+use_metadata_tags", frameRate: rate,
      movieTimescale: movieTimescale)
    for path in segments {
      if path != segments[0] || frameCount > 0 {
        reader = try SegmentReader(path, rate: rate, format: format)
      }
      guard try reader.header == header else {
        throw MediaError(
          .internalError, "a segment made with other settings", path, "remove the work folder")
      }
      while let packet = try reader.next(after: frameCount) {
        if isCancelled() { throw CancellationError() }
        try writeSound(soundStream, upTo: frameCount + reader.readCount)
        try writeCaptions(captionStream, upTo: frameCount + reader.readCount)
        try muxer.write(packet, stream: picture, timeBase: rate.inverse)
      }
      frameCount += reader.readCount
    }
    try writeSound(soundStream, upTo: nil)
    try writeCaptions(captionStream, upTo: nil)
    try muxer.finish()
    return JoinedVideo(
      frameCount: frameCount, rate: rate, soundSampleCount: sound.map { _ in soundSamples },
      soundSampleRate: sound?.rate, warnings: sound?.warnings ?? [])
  }

  /// Ticks in which edit lists state both streams' lengths, exactly where the number stays small.
  private var movieTimescale: Int {
    let pictureTicks = Muxer.pictureTimescale(rate)
    guard let sound else { return pictureTicks }
    let common = Rational(pictureTicks, sound.rate).denominator * pictureTicks
    return common <= 10_000_000 ? common : pictureTicks
  }

  private func addSound() throws -> Int32 {
    guard let sound else { return -1 }
    let parameters = try sound.makeParameters()
    var owned: UnsafeMutablePointer<AVCodecParameters>? = parameters
    defer { avcodec_parameters_free(&owned) }
    return try muxer.addStream(parameters, timeBase: Rational(1, sound.rate))
  }

  private func addCaptions() throws -> Int32 {
    guard !captions.isEmpty else { return -1 }
    let parameters = try TimedText.makeParameters(format, segments[0])
    var owned: UnsafeMutablePointer<AVCodecParameters>? = parameters
    defer { avcodec_parameters_free(&owned) }
    return try muxer.addStream(parameters, timeBase: Rational(1, 1000))
  }

  /// Writes the captions that begin before picture `frame`, or all of them.
  private func writeCaptions(_ stream: Int32, upTo frame: Int?) throws {
    let end = frame.map { $0 * rate.denominator * 1000 / rate.numerator } ?? Int.max
    while let caption = captions.first, caption.milliseconds.lowerBound < end {
      captions.removeFirst()
      let packet = try Packet(segments[0])
      try packet.fill(TimedText.sample(caption.text, format), for: caption, segments[0])
      try muxer.write(packet.pointer, stream: stream, timeBase: Rational(1, 1000))
    }
  }

  /// Writes sound until it is as far as picture `frame`, or all of it.
  private func writeSound(_ stream: Int32, upTo frame: Int?) throws {
    guard let sound else { return }
    let end = frame.map { $0 * rate.denominator * sound.rate / rate.numerator } ?? Int.max
    while soundSamples < end, let packet = try sound.next() {
      let timestamps = (packet.pointee.pts, packet.pointee.duration)
      soundSamples = Int(timestamps.0 + timestamps.1)
      try muxer.write(packet, stream: stream, timeBase: Rational(1, sound.rate))
    }
  }
}

/// The packets of one segment, with times counted in frames.
private final class SegmentReader {
  private let path: String
  private let demuxer: Demuxer
  private let stream: UnsafeMutablePointer<AVStream>
  private let rate: Rational
  private let timeBase: Rational
  private let format: VideoFormat
  private(set) var readCount = 0
  private var seen: Set<Int64> = []

  init(_ path: String, rate: Rational, format: VideoFormat) throws {
    (self.path, self.rate, self.format) = (path, rate, format)
    demuxer = try Demuxer(InputFile(path))
    guard let stream = demuxer.stream(AVMEDIA_TYPE_VIDEO),
      let base = Rational(stream.pointee.time_base)
    else { throw Self.damaged(path) }
    self.stream = stream
    timeBase = base
  }

  private static func damaged(_ path: String) -> MediaError {
    MediaError.unusable(path, "not a whole segment", "remove the work folder and start again")
  }

  var parameters: UnsafePointer<AVCodecParameters> { UnsafePointer(stream.pointee.codecpar) }

  var hasAlpha: Bool { StreamDecoder.hasSeparateAlpha(stream) }

  /// The stream's parameter sets: equal for segments that can be joined; only H.264 has some.
  var header: [UInt8] {
    get throws {
      guard format == .mp4 else { return [] }
      guard let bytes = parameters.pointee.extradata else { throw Self.damaged(path) }
      let count = Int(parameters.pointee.extradata_size)
      return Array(UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  /// The next packet in decoding order, timed as frames after `frameOffset`; nil after the last.
  func next(after frameOffset: Int) throws -> UnsafeMutablePointer<AVPacket>? {
    guard let packet = try demuxer.next(of: stream.pointee.index) else {
      // Each frame from 0 on was there once.
      guard readCount > 0, seen.max() == Int64(readCount - 1) else { throw Self.damaged(path) }
      return nil
    }
    let delay = Int64(format.reorderDelay)
    guard packet.pointee.flags & AV_PKT_FLAG_CORRUPT == 0,
      let time = frameNumber(at: packet.pointee.pts), time >= 0,
      time >= Int64(readCount) - delay, seen.insert(time).inserted
    else { throw Self.damaged(path) }
    packet.pointee.pts = time + Int64(frameOffset)
    packet.pointee.dts = Int64(readCount + frameOffset) - delay
    packet.pointee.duration = 1
    readCount += 1
    return packet
  }

  /// The number of the frame that is shown at `ticks`; nil between frames, further off than the container rounds.
  private func frameNumber(at ticks: Int64) -> Int64? {
    let exact = Rational(Int(ticks)) * timeBase * rate
    let number = (exact.value).rounded()
    let error = abs(exact.value - number) * rate.inverse.value
    return error <= (format == .webm ? timeBase.value : 0) ? Int64(number) : nil
  }
}
