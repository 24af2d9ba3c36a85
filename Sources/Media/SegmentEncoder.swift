import CLibAV
import CLibAVShims
public import MediaTypes

/// How pictures become video.
public struct EncoderSettings: Hashable, Sendable {
  /// Size of the frames, even.
  public var width: Int
  public var height: Int
  public var rate: Rational
  public var color: ColorDescription
  public var format = VideoFormat.mp4
  /// Whether frames' opacity is kept, in formats that hold it.
  public var hasAlpha = false
  /// x264's constant rate factor: 0 (lossless) to 51, less is better; VP9's is near it, ProRes has none.
  public var crf = 18
  /// x264's preset: `ultrafast` to `placebo`.
  public var preset = EncoderSettings.defaultPreset
  /// Width to height of one pixel when shown.
  public var sampleAspectRatio = Rational(1)

  public init(width: Int, height: Int, rate: Rational, color: ColorDescription) {
    self.width = width
    self.height = height
    self.rate = rate
    self.color = color
  }

  public static let defaultPreset = "veryfast"
  /// x264's bytes depend on its number of threads, so it is the same everywhere.
  public static let threadCount = 2
  /// Frames from one key frame to the next, about two seconds.
  var keyFrameInterval: Int { max(Int((2 * rate.value).rounded()), 1) }
}

/// Encodes one segment: a closed group of pictures from its first frame on, so that segments join without encoding again.
///
/// The file has its final name only when `finish` returns; a segment's bytes depend on its frames and settings alone.
public final class SegmentEncoder {
  public let settings: EncoderSettings
  private let path: String
  private let muxer: Muxer
  private let codec: UnsafeMutablePointer<AVCodecContext>
  private let filler: PictureFiller
  private let packet: Packet
  private var stream: Int32 = 0
  private var frameCount = 0

  /// Begins the segment `path`, replacing a file of this name at the end.
  ///
  /// Throws 73 where it cannot be created.
  public init(_ path: String, settings: EncoderSettings) throws {
    self.path = path
    self.settings = settings
    muxer = try Muxer(PendingFile(path, overwrite: true), format: settings.format)
    filler = try PictureFiller(settings, path: path)
    packet = try Packet(path)
    codec = try PictureCodec.open(settings, path: path)
    // From here on every property is set, so that a throw runs `deinit`.
    let parameters = try LibAV.allocated(avcodec_parameters_alloc(), path)
    var owned: UnsafeMutablePointer<AVCodecParameters>? = parameters
    defer { avcodec_parameters_free(&owned) }
    avcodec_parameters_from_context(parameters, codec)
    stream = try muxer.addStream(
      parameters, timeBase: settings.rate.inverse, hasAlpha: settings.hasAlpha)
    try muxer.begin(
      movFlags: "+faststart", frameRate: settings.rate,
      movieTimescale: Muxer.pictureTimescale(settings.rate))
  }

  deinit {
    var owned: UnsafeMutablePointer<AVCodecContext>? = codec
    avcodec_free_context(&owned)
  }

  /// Encodes the next frame, of the settings' size.
  ///
  /// Throws 74 where the disk is full; the file is gone then.
  public func append(_ frame: Frame) throws {
    precondition(
      frame.width == settings.width && frame.height == settings.height,
      "a frame of \(frame.width)x\(frame.height) in a segment of other size")
    let picture = try filler.fill(frame)
    picture.pointee.pts = Int64(frameCount)
    frameCount += 1
    try encode(picture)
  }

  private func encode(_ frame: UnsafeMutablePointer<AVFrame>?) throws {
    do {
      try LibAV.writing(path, "cannot encode", avcodec_send_frame(codec, frame))
      while true {
        let code = avcodec_receive_packet(codec, packet.pointer)
        if code == CLibAV_error_again || code == CLibAV_error_eof { return }
        try LibAV.writing(path, "cannot encode", code)
        packet.pointer.pointee.duration = 1
        try muxer.write(packet.pointer, stream: stream, timeBase: settings.rate.inverse)
      }
    } catch {
      muxer.abandon()
      throw error
    }
  }

  /// Completes the segment: it is whole, on disk and under its name when this returns; at least one frame was appended.
  public func finish() throws {
    precondition(frameCount > 0, "a segment has frames")
    try encode(nil)
    try muxer.finish()
  }

  /// Gives up: no file is left.
  public func cancel() { muxer.abandon() }
}
