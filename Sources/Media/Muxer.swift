import CLibAV
import CLibAVShims
import MediaTypes

/// A video file being written under a temporary name.
final class Muxer {
  private let file: PendingFile
  private let format: VideoFormat
  private var context: UnsafeMutablePointer<AVFormatContext>?
  private var isFinished = false

  /// Throws 73 where the file cannot be created.
  init(_ file: PendingFile, format: VideoFormat = .mp4) throws {
    _ = LibAV.silenced
    self.file = file
    self.format = format
    do {
      let address = "file:" + file.temporaryPath
      try LibAV.writing(
        file.path, "cannot write \(format)",
        avformat_alloc_output_context2(&context, nil, format.rawValue, address))
      context!.pointee.flags |= AVFMT_FLAG_BITEXACT
      // Matroska states the sound's run-in by itself; shifted again, everything would begin late.
      if format == .webm { context!.pointee.avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED }
      try LibAV.writing(
        file.path, "cannot write",
        avio_open(&context!.pointee.pb, address, AVIO_FLAG_WRITE))
    } catch {
      abandon()
      throw error
    }
  }

  deinit { abandon() }

  /// Ticks per second that mp4 gives pictures of this rate: its numerator, doubled until fine enough.
  static func pictureTimescale(_ rate: Rational) -> Int {
    var ticks = rate.numerator
    while ticks < 10000 { ticks *= 2 }
    return ticks
  }

  /// Adds a stream whose packets carry times in `timeBase`; returns its number.
  func addStream(
    _ parameters: UnsafePointer<AVCodecParameters>, timeBase: Rational, hasAlpha: Bool = false
  ) throws -> Int32 {
    let stream = try LibAV.allocated(avformat_new_stream(context, nil), file.path)
    avcodec_parameters_copy(stream.pointee.codecpar, parameters)
    // The tag belongs to the container that the parameters came from.
    stream.pointee.codecpar.pointee.codec_tag = 0
    stream.pointee.time_base = timeBase.libAV
    // Matroska's muxer is told so; the others see it in the pixel format.
    if hasAlpha, format == .webm { av_dict_set(&stream.pointee.metadata, "alpha_mode", "1", 0) }
    stream.pointee.sample_aspect_ratio = parameters.pointee.sample_aspect_ratio
    return stream.pointee.index
  }

  /// Writes the header; `metadata` appears as tags of these names.
  func begin(
    metadata: [String: String] = [:], movFlags: String, frameRate: Rational, movieTimescale: Int
  ) throws {
    guard let context else { return }
    for (name, value) in metadata.sorted(by: { $0.key < $1.key }) {
      av_dict_set(&context.pointee.metadata, name, value, 0)
    }
    context.pointee.streams[0]?.pointee.avg_frame_rate = frameRate.libAV
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    if format != .webm {
      av_dict_set(&options, "movflags", movFlags, 0)
      av_dict_set(&options, "movie_timescale", "\(movieTimescale)", 0)
    }
    CLibAV_clear_message()
    try LibAV.writing(file.path, "cannot write \(format)", avformat_write_header(context, &options))
  }

  /// Writes a packet whose times are in `timeBase`; takes its content.
  func write(
    _ packet: UnsafeMutablePointer<AVPacket>, stream: Int32, timeBase: Rational
  ) throws {
    guard let context, let target = context.pointee.streams[Int(stream)] else { return }
    packet.pointee.stream_index = stream
    packet.pointee.pos = -1
    av_packet_rescale_ts(packet, timeBase.libAV, target.pointee.time_base)
    try LibAV.writing(file.path, "cannot write", av_interleaved_write_frame(context, packet))
    try LibAV.writing(file.path, "cannot write", context.pointee.pb.pointee.error)
  }

  /// Completes the file and gives it its final name; on failure nothing is left.
  func finish() throws {
    guard let context else { return }
    do {
      try LibAV.writing(file.path, "cannot write", av_write_trailer(context))
      try LibAV.writing(file.path, "cannot write", context.pointee.pb.pointee.error)
      try LibAV.writing(file.path, "cannot write", avio_closep(&context.pointee.pb))
    } catch {
      abandon()
      throw error
    }
    isFinished = true
    release()
    try file.commit()
  }

  /// Removes what was written.
  func abandon() {
    if !isFinished {
      release()
      file.discard()
      isFinished = true
    }
  }

  private func release() {
    guard let context else { return }
    avio_closep(&context.pointee.pb)
    avformat_free_context(context)
    self.context = nil
  }
}
