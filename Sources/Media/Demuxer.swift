import CLibAV
import CLibAVShims
import MediaTypes

/// An open media file, read packet by packet.
final class Demuxer {
  /// Containers of one file; playlists and scripts, which name other files, are left out, and so are guesses that take
  /// any text for a film.
  private static let formats = """
    mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,nut,gif,apng,mjpeg,yuv4mpegpipe,ivf,dv,mxf,\
    h264,hevc,m4v,mpegvideo,obu,av1,vc1,rm,dirac,wtv,mxf,gxf,dnxhd,h263,\
    wav,w64,mp3,flac,aac,aiff,caf,au,ac3,eac3,dts,amr,ape,tta,wv,tak,mpc,mpc8,loas,voc,aea,sox,truehd,mlp,dsf,\
    png_pipe,jpeg_pipe,webp_pipe,bmp_pipe,tiff_pipe
    """

  let path: String
  let context: UnsafeMutablePointer<AVFormatContext>
  private let packet: Packet

  /// Opens `file` and learns its streams; throws 65 where it is no media file.
  init(_ file: InputFile) throws {
    _ = LibAV.silenced
    path = file.path
    packet = try Packet(file.path)
    var options: OpaquePointer?
    defer { av_dict_free(&options) }
    av_dict_set(&options, "format_whitelist", Self.formats, 0)
    av_dict_set(&options, "protocol_whitelist", "file", 0)
    let forced = file.pictureFormat.flatMap { av_find_input_format($0.rawValue) }
    var opened: UnsafeMutablePointer<AVFormatContext>?
    CLibAV_clear_message()
    let code = avformat_open_input(&opened, "file:" + file.path, forced, &options)
    try LibAV.reading(file.path, "not a readable media file", code)
    context = try LibAV.allocated(opened, file.path)
    try LibAV.reading(
      file.path, "not a readable media file", avformat_find_stream_info(context, nil))
  }

  deinit {
    var owned: UnsafeMutablePointer<AVFormatContext>? = context
    avformat_close_input(&owned)
  }

  /// The main picture or sound stream; cover pictures of songs do not count.
  func stream(_ kind: AVMediaType) -> UnsafeMutablePointer<AVStream>? {
    let index = av_find_best_stream(context, kind, -1, -1, nil, 0)
    guard index >= 0, let stream = context.pointee.streams[Int(index)],
      stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    else { return nil }
    return stream
  }

  /// Whether the file ends before the last of the packets that its index names; false where there is no index.
  var isCutOff: Bool {
    let byteCount = avio_size(context.pointee.pb)
    return byteCount > 0
      && (0..<Int(context.pointee.nb_streams)).contains { index in
        guard let stream = context.pointee.streams[index] else { return false }
        let count = avformat_index_get_entries_count(stream)
        guard count > 0, let last = avformat_index_get_entry(stream, count - 1) else {
          return false
        }
        return last.pointee.pos + Int64(last.pointee.size) > byteCount
      }
  }

  /// Metadata entries by name; an entry of the whole file hides one of a stream.
  var tags: [String: String] {
    let streams = (0..<Int(context.pointee.nb_streams)).compactMap {
      context.pointee.streams[$0]?.pointee.metadata
    }
    return ([context.pointee.metadata].compactMap(\.self) + streams).reduce(into: [:]) {
      $0.merge(Self.entries($1)) { first, _ in first }
    }
  }

  private static func entries(_ dictionary: OpaquePointer) -> [String: String] {
    var entries: [String: String] = [:]
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX) {
      entries[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
      entry = next
    }
    return entries
  }

  /// Leaves every stream but `index` unread.
  func select(only index: Int32) {
    for position in 0..<Int(context.pointee.nb_streams) where position != Int(index) {
      context.pointee.streams[position]?.pointee.discard = AVDISCARD_ALL
    }
  }

  /// The next packet of stream `index`, valid until the next call; nil at the end.
  func next(of index: Int32) throws -> UnsafeMutablePointer<AVPacket>? {
    while true {
      av_packet_unref(packet.pointer)
      let code = av_read_frame(context, packet.pointer)
      if code == CLibAV_error_eof { return nil }
      guard code >= 0 else {
        if -code == 5 { throw MediaError.reading(path, errno: 5) }
        throw MediaError.unusable(
          path, "the file is damaged or cut off (\(LibAV.detail(code)))", "copy it again, complete")
      }
      if packet.pointer.pointee.stream_index == index { return packet.pointer }
    }
  }

  /// Goes to the last key packet at or before `timestamp` (in the stream's ticks); false where the container cannot.
  func seek(stream index: Int32, to timestamp: Int64) -> Bool {
    av_seek_frame(context, index, timestamp, AVSEEK_FLAG_BACKWARD) >= 0
  }
}
