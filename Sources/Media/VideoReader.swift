import CLibAV
import CLibAVShims
import MediaTypes

/// The pictures of a file, decoded one after the other.
final class VideoReader {
  struct KeyPacket {
    let presentation: Int64
    let seekTarget: Int64
  }

  let demuxer: Demuxer
  let stream: UnsafeMutablePointer<AVStream>
  private let decoder: StreamDecoder
  private let streamIndex: Int32
  private var isDraining = false
  private var wholePackets = 0
  /// Key packets passed since the file was opened.
  private(set) var keyPackets: [KeyPacket] = []

  init(_ file: InputFile) throws {
    demuxer = try Demuxer(file)
    guard let stream = demuxer.stream(AVMEDIA_TYPE_VIDEO) else {
      throw MediaError.unusable(file.path, "no picture in this file", "give a video or a picture")
    }
    self.stream = stream
    streamIndex = stream.pointee.index
    demuxer.select(only: streamIndex)
    decoder = try StreamDecoder(stream, path: file.path)
  }

  var codec: AVCodecID { decoder.context.pointee.codec_id }
  var damagedPackets: Int { decoder.damagedPackets }

  /// The next picture, valid until the next call; nil at the end.
  func next() throws -> UnsafeMutablePointer<AVFrame>? {
    while true {
      if let frame = try decoder.receive() { return frame }
      if isDraining { return nil }
      guard let packet = try demuxer.next(of: streamIndex) else {
        isDraining = true
        try decoder.send(nil)
        continue
      }
      note(packet.pointee)
      try decoder.send(packet)
    }
  }

  private func note(_ packet: AVPacket) {
    if packet.flags & AV_PKT_FLAG_CORRUPT == 0 { wholePackets += 1 }
    guard packet.flags & AV_PKT_FLAG_KEY != 0, packet.pts != CLibAV_no_pts else { return }
    let target = packet.dts == CLibAV_no_pts ? packet.pts : packet.dts
    keyPackets.append(KeyPacket(presentation: packet.pts, seekTarget: target))
  }

  /// After reading everything: whether the container lists more pictures than the file holds.
  var isCutOff: Bool {
    let format = String(cString: demuxer.context.pointee.iformat.pointee.name)
    return format.hasPrefix("mov")
      && wholePackets < Int(avformat_index_get_entries_count(stream))
  }

  /// Goes to the key packet with this seek target or one before it; false where the container cannot.
  func seek(to target: Int64) -> Bool {
    guard demuxer.seek(stream: streamIndex, to: target) else { return false }
    decoder.reset()
    isDraining = false
    return true
  }

  /// When `frame` is shown, in the stream's ticks; nil where the file does not say.
  static func timestamp(_ frame: UnsafeMutablePointer<AVFrame>) -> Int64? {
    if frame.pointee.pts != CLibAV_no_pts { return frame.pointee.pts }
    let guess = frame.pointee.best_effort_timestamp
    return guess == CLibAV_no_pts ? nil : guess
  }
}
