import CLibAV
import CLibAVShims
public import MediaTypes

/// Visits `count` frames spread evenly over a video, from the first to the last, each with the second at which it is first shown.
///
/// Only what lies near them is decoded. A video of fewer frames gives each once.
///
/// Throws `MediaError`: 66 where nothing readable is there, 65 where no picture can be decoded; and whatever `visit` throws.
public func sampleFrames(
  of path: String, count: Int, _ visit: (Double, Frame) throws -> Void
) throws {
  let file = try InputFile(path)
  let sampler = try FrameSampler(file)
  let count = max(min(count, sampler.info.frameCount ?? count), 1)
  guard let first = try sampler.frame(at: nil, orFirst: true) else {
    throw MediaError.unusable(
      path, "no picture can be decoded", "check that the file plays, or convert it to mp4")
  }
  try visit(0, first.frame)
  var latest = first.tick
  for position in 1..<max(count, 1) {
    let target =
      position == count - 1
      ? nil : first.tick + sampler.ticks(of: Double(position) / Double(count - 1))
    guard let next = try sampler.frame(at: target), next.tick > latest else { continue }
    latest = next.tick
    try visit(Double(next.tick - first.tick) * sampler.secondsPerTick, next.frame)
  }
}

/// Finds frames of a video by their time.
private final class FrameSampler {
  let info: SourceInfo
  let secondsPerTick: Double
  private let file: InputFile
  private var reader: VideoReader
  private var converter: FrameConverter
  private let held: DecodedFrame

  init(_ file: InputFile) throws {
    self.file = file
    reader = try VideoReader(file)
    info = try SourceInfo(video: reader.stream, of: reader.demuxer)
    converter = FrameConverter(
      path: file.path, orientation: Orientation(stream: reader.stream), background: .black,
      codec: reader.codec)
    held = try DecodedFrame(file.path)
    secondsPerTick = (Rational(reader.stream.pointee.time_base) ?? Rational(1, 90000)).value
  }

  private var secondsPerFrame: Double { (info.averageRate ?? Rational(25)).inverse.value }

  /// From the first frame to `part` of the way to the last, and half a frame more: the frame nearest to it has begun then.
  func ticks(of part: Double) -> Int64 {
    let way = max((info.durationSeconds ?? 0) - secondsPerFrame, 0) * part
    return Int64((way + secondsPerFrame / 2) / secondsPerTick)
  }

  /// The frame that is shown at `tick`, at the end for nil, or at once; nil where none can be decoded.
  func frame(at tick: Int64?, orFirst: Bool = false) throws -> (tick: Int64, frame: Frame)? {
    if orFirst { return try decode(upTo: Int64.min) }
    let end = tick ?? Int64((info.durationSeconds ?? 0) / secondsPerTick)
    // A key frame may be listed before the time at which it is shown.
    for secondsBefore in [0.5, 10] {
      let target = end - Int64(secondsBefore / secondsPerTick)
      guard target > 0, reader.seek(to: target) else { continue }
      if let found = try? decode(upTo: tick ?? Int64.max), found.tick <= tick ?? Int64.max {
        return found
      }
    }
    reader = try VideoReader(file)
    return try decode(upTo: tick ?? Int64.max)
  }

  /// The last frame from here that begins at or before `tick`, or else the next one.
  private func decode(upTo tick: Int64) throws -> (tick: Int64, frame: Frame)? {
    var found: Int64?
    while let picture = try reader.next() {
      let time = VideoReader.timestamp(picture) ?? (found.map { $0 + 1 } ?? 0)
      if found != nil && time > tick { break }
      av_frame_unref(held.pointer)
      try LibAV.reading(file.path, "cannot decode", av_frame_ref(held.pointer, picture))
      found = time
      if time > tick { break }
    }
    return try found.map { ($0, try converter.convert(held.pointer)) }
  }
}
