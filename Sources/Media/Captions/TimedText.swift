import CLibAV
import MediaTypes

/// Captions as text tracks: 3GPP timed text (`tx3g`, libav's `mov_text`) in MP4 and MOV, WebVTT in WebM.
enum TimedText {
  /// The sample description after its header: white on nothing, centred at the bottom, in 5 % of 360 lines.
  private static let description: [UInt8] = {
    let displayFlags: [UInt8] = [0, 0, 0, 0]
    let justification: [UInt8] = [1, 0xFF]
    let background: [UInt8] = [0, 0, 0, 0]
    let box = [UInt8](repeating: 0, count: 8)
    let style: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 16, 255, 255, 255, 255]
    let font: [UInt8] = [0, 0, 0, 18] + "ftab".utf8 + [0, 1, 0, 1, 5] + "Arial".utf8
    return displayFlags + justification + background + box + style + font
  }()

  /// The stream's parameters; the caller frees them.
  static func makeParameters(
    _ format: VideoFormat, _ path: String
  ) throws -> UnsafeMutablePointer<AVCodecParameters> {
    let parameters = try LibAV.allocated(avcodec_parameters_alloc(), path)
    parameters.pointee.codec_type = AVMEDIA_TYPE_SUBTITLE
    parameters.pointee.codec_id =
      format == .webm ? AV_CODEC_ID_WEBVTT : AV_CODEC_ID_MOV_TEXT
    if format == .webm { return parameters }
    let size = description.count
    let bytes = try LibAV.allocated(
      av_mallocz(size + Int(AV_INPUT_BUFFER_PADDING_SIZE)), path)
    description.withUnsafeBytes { bytes.copyMemory(from: $0.baseAddress!, byteCount: size) }
    parameters.pointee.extradata = bytes.assumingMemoryBound(to: UInt8.self)
    parameters.pointee.extradata_size = Int32(size)
    return parameters
  }

  /// A sample: in WebM the text with its special characters as entities, else its length in two bytes, and the text.
  static func sample(_ text: String, _ format: VideoFormat) -> [UInt8] {
    if format == .webm {
      let entities = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
        .replacing(">", with: "&gt;")
      return Array(entities.utf8)
    }
    let bytes = Array(text.utf8.prefix(0xFFFF))
    return [UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
  }
}

extension Packet {
  /// Fills the packet with `bytes` shown for `caption`'s time, in milliseconds.
  func fill(_ bytes: [UInt8], for caption: Caption, _ path: String) throws {
    av_packet_unref(pointer)
    try LibAV.writing(
      path, "cannot write captions", av_new_packet(pointer, Int32(bytes.count)))
    bytes.withUnsafeBytes {
      UnsafeMutableRawPointer(pointer.pointee.data).copyMemory(
        from: $0.baseAddress!, byteCount: bytes.count)
    }
    pointer.pointee.pts = Int64(caption.milliseconds.lowerBound)
    pointer.pointee.dts = pointer.pointee.pts
    pointer.pointee.duration = Int64(caption.milliseconds.count)
    pointer.pointee.flags |= AV_PKT_FLAG_KEY
  }
}
