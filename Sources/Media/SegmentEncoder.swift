import CLibAV
import CLibAVShims
public import MediaTypes

/// How pictures become H.264.
public struct EncoderSettings: Hashable, Sendable {
  /// Size of the frames, even.
  public var width: Int
  public var height: Int
  public var rate: Rational
  public var color: ColorDescription
  /// x264's constant rate factor: 0 (lossless) to 51, less is better.
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
  /// Pictures that H.264 may hold back to put them in order; part of every time stamp, so it is fixed.
  static let reorderDelay = 2
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
  private let picture: DecodedFrame
  private let packet: Packet
  private var stream: Int32 = 0
  private var frameCount = 0

  /// Begins the segment `path`, replacing a file of this name at the end.
  ///
  /// Throws 73 where it cannot be created.
  public init(_ path: String, settings: EncoderSettings) throws {
    self.path = path
    self.settings = settings
    muxer = try Muxer(PendingFile(path, overwrite: true))
    picture = try DecodedFrame(path)
    packet = try Packet(path)
    codec = try Self.openCodec(settings, path: path)
    // From here on every property is set, so that a throw runs `deinit`.
    let parameters = try LibAV.allocated(avcodec_parameters_alloc(), path)
    var owned: UnsafeMutablePointer<AVCodecParameters>? = parameters
    defer { avcodec_parameters_free(&owned) }
    avcodec_parameters_from_context(parameters, codec)
    stream = try muxer.addStream(parameters, timeBase: settings.rate.inverse)
    try muxer.begin(
      movFlags: "+faststart", frameRate: settings.rate,
      movieTimescale: Muxer.pictureTimescale(settings.rate))
    picture.pointer.pointee.width = codec.pointee.width
    picture.pointer.pointee.height = codec.pointee.height
    picture.pointer.pointee.format = AV_PIX_FMT_YUV420P.rawValue
    try LibAV.writing(path, "cannot encode", av_frame_get_buffer(picture.pointer, 64))
  }

  deinit {
    var owned: UnsafeMutablePointer<AVCodecContext>? = codec
    avcodec_free_context(&owned)
  }

  private static func openCodec(
    _ settings: EncoderSettings, path: String
  ) throws -> UnsafeMutablePointer<AVCodecContext> {
    guard let encoder = avcodec_find_encoder_by_name("libx264") else {
      throw MediaError(
        .internalError, "this libav has no x264 encoder", path, "install libavcodec with libx264")
    }
    let codec = try LibAV.allocated(avcodec_alloc_context3(encoder), path)
    codec.pointee.width = Int32(settings.width)
    codec.pointee.height = Int32(settings.height)
    codec.pointee.pix_fmt = AV_PIX_FMT_YUV420P
    codec.pointee.time_base = settings.rate.inverse.libAV
    codec.pointee.framerate = settings.rate.libAV
    codec.pointee.sample_aspect_ratio = settings.sampleAspectRatio.libAV
    codec.pointee.colorspace = AVColorSpace(UInt32(settings.color.matrix))
    codec.pointee.color_primaries = AVColorPrimaries(UInt32(settings.color.primaries))
    codec.pointee.color_trc = AVColorTransferCharacteristic(UInt32(settings.color.transfer))
    codec.pointee.color_range =
      settings.color.isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    codec.pointee.gop_size = Int32(settings.keyFrameInterval)
    codec.pointee.thread_count = Int32(EncoderSettings.threadCount)
    codec.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT
    av_opt_set(codec.pointee.priv_data, "preset", settings.preset, 0)
    av_opt_set(codec.pointee.priv_data, "crf", "\(settings.crf)", 0)
    av_opt_set(codec.pointee.priv_data, "x264-params", "open-gop=0:sliced-threads=0", 0)
    CLibAV_clear_message()
    let code = avcodec_open2(codec, encoder, nil)
    guard code >= 0 else {
      var owned: UnsafeMutablePointer<AVCodecContext>? = codec
      avcodec_free_context(&owned)
      throw MediaError(
        .internalError,
        "cannot encode \(settings.width)x\(settings.height) "
          + "(\(LibAV.detail(code)))", path, "use another size, preset or crf")
    }
    return codec
  }

  /// Encodes the next frame, of the settings' size.
  ///
  /// Throws 74 where the disk is full; the file is gone then.
  public func append(_ frame: Frame) throws {
    precondition(
      frame.width == settings.width && frame.height == settings.height,
      "a frame of \(frame.width)x\(frame.height) in a segment of other size")
    try LibAV.writing(path, "cannot encode", av_frame_make_writable(picture.pointer))
    picture.pointer.copySamples(of: frame)
    picture.pointer.pointee.pts = Int64(frameCount)
    frameCount += 1
    try encode(picture.pointer)
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
