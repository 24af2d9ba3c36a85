import CLibAV
import CLibAVShims
import MediaTypes

/// A stream's decoder: packets in, pictures or blocks of sound out, in presentation order.
///
/// It uses one thread, so that damaged streams too give the same pictures every time.
final class StreamDecoder {
  let context: UnsafeMutablePointer<AVCodecContext>
  private let path: String
  private let frame: DecodedFrame
  /// Packets that could not be decoded since the last reset.
  private(set) var damagedPackets = 0

  init(_ stream: UnsafeMutablePointer<AVStream>, path: String) throws {
    self.path = path
    frame = try DecodedFrame(path)
    let parameters = stream.pointee.codecpar!
    guard let codec = Self.codec(for: stream) else {
      let name = String(cString: avcodec_get_name(parameters.pointee.codec_id))
      throw MediaError.unusable(
        path, "no decoder for \(name) is installed", "convert it to H.264, WAV or FLAC first")
    }
    context = try LibAV.allocated(avcodec_alloc_context3(codec), path)
    avcodec_parameters_to_context(context, parameters)
    context.pointee.pkt_timebase = stream.pointee.time_base
    context.pointee.thread_count = 1
    CLibAV_clear_message()
    try LibAV.reading(path, "cannot decode", avcodec_open2(context, codec, nil))
  }

  deinit {
    var owned: UnsafeMutablePointer<AVCodecContext>? = context
    avcodec_free_context(&owned)
  }

  /// libav's own VP8 and VP9 decoders skip the alpha that WebM keeps beside the picture.
  private static func codec(
    for stream: UnsafeMutablePointer<AVStream>
  ) -> UnsafePointer<AVCodec>? {
    let identifier = stream.pointee.codecpar.pointee.codec_id
    if hasSeparateAlpha(stream) {
      let name = identifier == AV_CODEC_ID_VP9 ? "libvpx-vp9" : "libvpx"
      if let codec = avcodec_find_decoder_by_name(name) { return codec }
    }
    return avcodec_find_decoder(identifier)
  }

  static func hasSeparateAlpha(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    let identifier = stream.pointee.codecpar.pointee.codec_id
    guard identifier == AV_CODEC_ID_VP8 || identifier == AV_CODEC_ID_VP9,
      let entry = av_dict_get(stream.pointee.metadata, "alpha_mode", nil, 0)
    else { return false }
    return String(cString: entry.pointee.value) == "1"
  }

  /// Takes a packet, nil at the end of the stream; damaged ones are counted, not thrown.
  func send(_ packet: UnsafeMutablePointer<AVPacket>?) throws {
    let code = avcodec_send_packet(context, packet)
    if code < 0 && code != CLibAV_error_eof {
      if -code == 12 { try LibAV.reading(path, "cannot decode", code) }
      damagedPackets += 1
    }
  }

  /// The next decoded picture or block, valid until the next call; nil when another packet is needed (or none is left).
  func receive() throws -> UnsafeMutablePointer<AVFrame>? {
    while true {
      let code = avcodec_receive_frame(context, frame.pointer)
      if code >= 0 { return frame.pointer }
      if code == CLibAV_error_eof || code == CLibAV_error_again { return nil }
      if -code == 12 { try LibAV.reading(path, "cannot decode", code) }
      damagedPackets += 1
    }
  }

  /// Forgets everything, for a seek.
  func reset() { avcodec_flush_buffers(context) }
}
