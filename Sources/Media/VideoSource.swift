import CLibAV
public import MediaTypes

/// A video file, forward, backward or at random, every frame exactly as a pass from the start decodes it.
///
/// Going backward decodes chunks of at most 32 frames (fewer for large pictures) from the key frame before. Each frame
/// is compared with its checksum; where a seek led elsewhere, an earlier key frame is taken, at last the file's start.
public final class VideoSource: PictureSource {
  private static let chunkBytes = 96 << 20

  public private(set) var info: SourceInfo
  public private(set) var index: VideoIndex?
  private let file: InputFile
  private let background: RGBColor?
  private var reader: VideoReader
  private var converter: FrameConverter
  /// Number of the frame that the reader gives next, where it was counted from the start.
  private var counted: Int? = 0
  /// Number of the frame that the reader gives next, where it is known at all.
  private var position: Int? = 0
  private var cache: [Int: Frame] = [:]
  private var lastIndex: Int?
  private var unusableKeys: Set<Int> = []

  /// Opens a video to be scanned; transparent places show `background`, or stay transparent without one.
  public convenience init(_ path: String, background: RGBColor? = .black) throws {
    try self.init(path, background: background, index: nil)
  }

  /// Opens a video that was scanned before, with the same background.
  ///
  /// Throws 65 where the file is not the one that was scanned.
  public convenience init(_ path: String, index: VideoIndex) throws {
    try self.init(path, background: index.background, index: index)
  }

  private init(_ path: String, background: RGBColor?, index: VideoIndex?) throws {
    file = try InputFile(path)
    self.background = background
    self.index = index
    reader = try VideoReader(file)
    info = try SourceInfo(video: reader.stream, of: reader.demuxer)
    converter = FrameConverter(
      path: path, orientation: Orientation(stream: reader.stream), background: background,
      codec: reader.codec)
    guard let index else { return }
    guard index.byteCount == file.byteCount else { throw changed }
    info.color = index.color
  }

  private var changed: MediaError {
    MediaError.unusable(
      file.path, "the video has changed since it was scanned", "start the job again")
  }

  private func rewind() throws {
    if counted != 0 { reader = try VideoReader(file) }
    (counted, position) = (0, 0)
  }

  public func scan(_ visit: (Int, Frame) throws -> Void) throws -> PresentationTimes {
    try rewind()
    counted = nil
    position = nil
    var builder = VideoIndexBuilder(info: info, stream: reader.stream)
    while let picture = try reader.next() {
      let frame = try converter.convert(picture)
      builder.add(picture, frame)
      try visit(builder.frameCount - 1, frame)
    }
    guard builder.frameCount > 0 else {
      throw MediaError.unusable(
        file.path, "no picture can be decoded", "check that the file plays, or convert it to mp4")
    }
    guard !reader.isCutOff else {
      throw MediaError.unusable(
        file.path, "the file is cut off after \(builder.frameCount) frames",
        "copy it again, complete")
    }
    if reader.damagedPackets > 0 {
      info.warnings.append(
        "\(file.path) is damaged in \(reader.damagedPackets) places: what could be decoded is used")
    }
    if builder.repairedTimes > 0 {
      info.warnings.append(
        "\(file.path) has \(builder.repairedTimes) frames without a valid time: they follow in order"
      )
    }
    let index = builder.finish(file: file, background: background, keys: reader.keyPackets)
    self.index = index
    info.color = index.color
    return index.times
  }

  public func frame(at target: Int) throws -> Frame {
    if index == nil { _ = try scan { _, _ in } }
    guard let index else { throw changed }
    precondition(index.timestamps.indices.contains(target), "frame \(target) of the video")
    defer { lastIndex = target }
    if let frame = cache[target] { return frame }
    let wanted = window(target, index)
    cache = cache.filter { wanted.contains($0.key) || $0.key == lastIndex }
    try load(wanted, index)
    guard let frame = cache[target] else { throw changed }
    return frame
  }

  /// The frames to decode for `target`: it alone when going forward, a chunk that ends with it when going backward.
  private func window(_ target: Int, _ index: VideoIndex) -> ClosedRange<Int> {
    let limit = max(2, min(32, Self.chunkBytes / (info.width * info.height * 3 / 2)))
    guard let lastIndex, target < lastIndex, lastIndex - target <= limit else {
      return target...target
    }
    let keys = index.keyFrames[..<index.keyCount(upTo: target)]
    let key = keys.last?.frame ?? 0
    return max(target - limit + 1, key, 0)...target
  }

  private func load(_ wanted: ClosedRange<Int>, _ index: VideoIndex) throws {
    let keys = index.keyFrames[..<index.keyCount(upTo: wanted.lowerBound)]
    if let position, position <= wanted.lowerBound,
      position >= keys.last?.frame ?? 0 || wanted.lowerBound - position <= 8,
      try decode(wanted, index)
    {
      return
    }
    for key in keys.reversed().prefix(4) where key.frame > 0 && !unusableKeys.contains(key.frame) {
      if reader.seek(to: key.seekTarget) {
        (counted, position) = (nil, nil)
        if (try? decode(wanted, index)) == true { return }
      }
      unusableKeys.insert(key.frame)
    }
    counted = nil
    try rewind()
    guard try decode(wanted, index) else { throw changed }
  }

  /// Decodes up to the last wanted frame; false where the pictures turn out not to be the scanned ones.
  private func decode(_ wanted: ClosedRange<Int>, _ index: VideoIndex) throws -> Bool {
    var expected = wanted.lowerBound
    while expected <= wanted.upperBound {
      guard let picture = try reader.next() else { break }
      guard let number = counted ?? VideoReader.timestamp(picture).flatMap(index.frame(at:)),
        number <= expected
      else { break }
      if counted != nil { counted = number + 1 }
      position = number + 1
      if number < expected { continue }
      let frame = try converter.convert(picture)
      guard frame.checksum == index.checksums[number] else { break }
      cache[number] = frame
      expected += 1
    }
    if expected <= wanted.upperBound { (counted, position) = (nil, nil) }
    return expected > wanted.upperBound
  }
}

/// Collects what a scan sees.
private struct VideoIndexBuilder {
  private let timeBase: Rational
  private let averageRate: Rational
  private var timestamps: [Int64] = []
  private var checksums: [UInt64] = []
  private var lastDuration: Int64 = 0
  private var color: ColorDescription
  private(set) var repairedTimes = 0

  init(info: SourceInfo, stream: UnsafeMutablePointer<AVStream>) {
    timeBase = Rational(stream.pointee.time_base) ?? Rational(1, 90000)
    averageRate = info.averageRate ?? Rational(25)
    color = info.color
  }

  var frameCount: Int { timestamps.count }
  private var usualDuration: Int64 {
    max(Int64((averageRate.inverse.value / timeBase.value).rounded()), 1)
  }

  mutating func add(_ picture: UnsafeMutablePointer<AVFrame>, _ frame: Frame) {
    let duration = picture.pointee.pkt_duration
    if let timestamp = VideoReader.timestamp(picture), timestamp > timestamps.last ?? Int64.min {
      timestamps.append(timestamp)
    } else {
      timestamps.append(timestamps.last.map { $0 + max(lastDuration, 1) } ?? 0)
      repairedTimes += 1
    }
    lastDuration = duration > 0 ? duration : usualDuration
    if checksums.isEmpty { color = frame.color }
    checksums.append(frame.checksum)
  }

  func finish(file: InputFile, background: RGBColor?, keys: [VideoReader.KeyPacket]) -> VideoIndex {
    VideoIndex(
      file: file, background: background, timeBase: timeBase, averageRate: averageRate,
      color: color, timestamps: timestamps, lastDuration: lastDuration, checksums: checksums,
      keyPackets: keys)
  }
}
