import CLibAV
import CLibAVShims
import MediaTypes

/// Writes a picture as PNG; the file has its name only when it is complete.
///
/// `texts` are entries by name that it carries along, which `probe` reads.
///
/// Throws `MediaError`: 73 where it cannot be created or exists and `overwrite` is false, 74 for a full disk.
public func writePNG(
  _ picture: RGBPicture, to path: String, texts: [String: String] = [:], overwrite: Bool = true
) throws {
  _ = LibAV.silenced
  let file = try PendingFile(path, overwrite: overwrite)
  do {
    let packet = try encodePNG(picture, path: path)
    if texts.isEmpty {
      try file.write(packet)
    } else {
      try PNGTexts.insert(texts, into: packet.bytes).withUnsafeBytes { try file.write($0) }
    }
  } catch {
    file.discard()
    throw error
  }
  try file.commit()
}

private func encodePNG(_ picture: RGBPicture, path: String) throws -> Packet {
  let encoder = try LibAV.allocated(avcodec_find_encoder(AV_CODEC_ID_PNG), path)
  var codec = avcodec_alloc_context3(encoder)
  defer { avcodec_free_context(&codec) }
  let context = try LibAV.allocated(codec, path)
  context.pointee.width = Int32(picture.width)
  context.pointee.height = Int32(picture.height)
  context.pointee.pix_fmt = AV_PIX_FMT_RGB24
  context.pointee.time_base = AVRational(num: 1, den: 25)
  context.pointee.thread_count = 1
  context.pointee.flags |= AV_CODEC_FLAG_BITEXACT
  try LibAV.writing(path, "cannot encode PNG", avcodec_open2(context, encoder, nil))
  let frame = try DecodedFrame(path)
  frame.pointer.pointee.width = context.pointee.width
  frame.pointer.pointee.height = context.pointee.height
  frame.pointer.pointee.format = AV_PIX_FMT_RGB24.rawValue
  try LibAV.writing(path, "cannot encode PNG", av_frame_get_buffer(frame.pointer, 0))
  let stride = Int(frame.pointer.pointee.linesize.0)
  picture.samples.withUnsafeBufferPointer { samples in
    for row in 0..<picture.height {
      (frame.pointer.pointee.data.0! + row * stride)
        .update(from: samples.baseAddress! + row * picture.width * 3, count: picture.width * 3)
    }
  }
  let packet = try Packet(path)
  try LibAV.writing(path, "cannot encode PNG", avcodec_send_frame(context, frame.pointer))
  try LibAV.writing(path, "cannot encode PNG", avcodec_send_frame(context, nil))
  try LibAV.writing(path, "cannot encode PNG", avcodec_receive_packet(context, packet.pointer))
  return packet
}
