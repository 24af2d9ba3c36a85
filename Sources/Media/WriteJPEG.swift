import CLibAV
import CLibAVShims
public import MediaTypes

extension ColorDescription {
  /// What JPEG files hold (JFIF): BT.601 in full range.
  public static let jpeg = ColorDescription(
    matrix: 6, primaries: 1, transfer: 13, isFullRange: true)
}

/// Writes a picture in `ColorDescription.jpeg` as a JPEG of good quality; the file has its name only when it is complete.
///
/// `comment`, of at most 65,000 bytes, is put before the picture.
/// Throws `MediaError`: 73 where it cannot be created or exists and `overwrite` is false, 74 for a full disk.
public func writeJPEG(
  _ picture: Frame, to path: String, comment: String? = nil, overwrite: Bool = true
) throws {
  precondition(picture.color == .jpeg, "a frame in the colours of JPEG")
  _ = LibAV.silenced
  let file = try PendingFile(path, overwrite: overwrite)
  do {
    let packet = try encodeJPEG(picture, path: path)
    if let comment {
      try JPEGComment.adding(comment, to: packet.bytes).withUnsafeBytes { try file.write($0) }
    } else {
      try file.write(packet)
    }
  } catch {
    file.discard()
    throw error
  }
  try file.commit()
}

private func encodeJPEG(_ picture: Frame, path: String) throws -> Packet {
  let encoder = try LibAV.allocated(avcodec_find_encoder(AV_CODEC_ID_MJPEG), path)
  var codec = avcodec_alloc_context3(encoder)
  defer { avcodec_free_context(&codec) }
  let context = try LibAV.allocated(codec, path)
  context.pointee.width = Int32(picture.width)
  context.pointee.height = Int32(picture.height)
  context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
  context.pointee.color_range = AVCOL_RANGE_JPEG
  context.pointee.time_base = AVRational(num: 1, den: 25)
  context.pointee.thread_count = 1
  context.pointee.flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE
  // 2 is the best that this encoder has, 31 the worst.
  context.pointee.global_quality = 3 * FF_QP2LAMBDA
  try LibAV.writing(path, "cannot encode JPEG", avcodec_open2(context, encoder, nil))
  let frame = try DecodedFrame(path)
  frame.pointer.pointee.width = context.pointee.width
  frame.pointer.pointee.height = context.pointee.height
  frame.pointer.pointee.format = AV_PIX_FMT_YUV420P.rawValue
  frame.pointer.pointee.color_range = AVCOL_RANGE_JPEG
  frame.pointer.pointee.quality = context.pointee.global_quality
  try LibAV.writing(path, "cannot encode JPEG", av_frame_get_buffer(frame.pointer, 0))
  frame.pointer.copySamples(of: picture)
  let packet = try Packet(path)
  try LibAV.writing(path, "cannot encode JPEG", avcodec_send_frame(context, frame.pointer))
  try LibAV.writing(path, "cannot encode JPEG", avcodec_send_frame(context, nil))
  try LibAV.writing(path, "cannot encode JPEG", avcodec_receive_packet(context, packet.pointer))
  return packet
}
