import CLibAV
import MediaTypes

/// Looks at a video, picture, folder of pictures or recording.
///
/// Throws 66 where nothing readable is at `path`, 65 where it is empty or no media.
public func probe(_ path: String) throws -> SourceInfo {
  let file = try InputFile(path)
  if file.isFolder { return try FrameFolderSource(path, rate: Rational(25)).info }
  if file.pictureFormat != nil {
    var info = try StillSource(path).info
    info.tags = PNGTexts.read(path)
    info.isCutOff = file.pictureFormat == .png && !PNGTexts.hasEnd(path)
    if info.isCutOff { info.warnings.append("\(path) is cut off: copy it again, complete") }
    return info
  }
  let demuxer = try Demuxer(file)
  var info =
    if let stream = demuxer.stream(AVMEDIA_TYPE_VIDEO) {
      try SourceInfo(video: stream, of: demuxer)
    } else {
      try SourceInfo(soundOf: demuxer)
    }
  info.isCutOff = demuxer.isCutOff
  if info.isCutOff { info.warnings.append("\(path) is cut off: copy it again, complete") }
  return info
}

extension SourceInfo {
  init(video stream: UnsafeMutablePointer<AVStream>, of demuxer: Demuxer) throws {
    self.init(kind: .video)
    let parameters = stream.pointee.codecpar!
    let stored = parameters.pointee
    let format = AVPixelFormat(stored.format)
    let orientation = Orientation(stream: stream)
    guard stored.width >= 2, stored.height >= 2 else {
      throw MediaError.unusable(
        demuxer.path, "no picture size is known", "check that the file plays, or convert it to mp4")
    }
    (width, height) = orientation.size(
      width: Int(stored.width) & ~1, height: Int(stored.height) & ~1)
    rotationDegrees = orientation.rotationDegrees
    color = ColorDescription(stream: parameters)
    let form = PixelForm(format)
    if form == .rgb || form == .greyAlpha { color.isFullRange = false }
    let separateAlpha = StreamDecoder.hasSeparateAlpha(stream)
    hasAlpha = separateAlpha || form == .yuvAlpha || form == .greyAlpha || hasTransparency(format)
    bitDepth = Int(av_pix_fmt_desc_get(format)?.pointee.comp.0.depth ?? 8)
    let aspect = Rational(stored.sample_aspect_ratio) ?? Rational(1)
    sampleAspectRatio = orientation.swapsAxes ? aspect.inverse : aspect
    averageRate = Self.averageRate(of: stream, in: demuxer)
    frameCount = stream.pointee.nb_frames > 0 ? Int(stream.pointee.nb_frames) : nil
    durationSeconds = Media.durationSeconds(of: stream, in: demuxer)
    pictureCodec = codecName(stream)
    if let audio = demuxer.stream(AVMEDIA_TYPE_AUDIO) { setAudio(audio) }
    tags = demuxer.tags
    warnings = warnings(stored, orientation, path: demuxer.path)
  }

  fileprivate init(soundOf demuxer: Demuxer) throws {
    self.init(kind: .audioOnly)
    guard let stream = demuxer.stream(AVMEDIA_TYPE_AUDIO) else {
      throw MediaError.unusable(
        demuxer.path, "neither picture nor sound in this file",
        "give a video, a picture or a recording")
    }
    setAudio(stream)
    tags = demuxer.tags
    durationSeconds = Media.durationSeconds(of: stream, in: demuxer)
  }

  private mutating func setAudio(_ stream: UnsafeMutablePointer<AVStream>) {
    let parameters = stream.pointee.codecpar.pointee
    hasAudio = true
    audioCodec = codecName(stream)
    audioSampleRate = parameters.sample_rate > 0 ? Int(parameters.sample_rate) : nil
    let channels = parameters.ch_layout.nb_channels
    audioChannelCount = channels > 0 ? Int(channels) : nil
  }

  private static func averageRate(
    of stream: UnsafeMutablePointer<AVStream>, in demuxer: Demuxer
  ) -> Rational? {
    (Rational(stream.pointee.avg_frame_rate) ?? Rational(stream.pointee.r_frame_rate))
      .map(usualRate)
  }

  private func warnings(
    _ stored: AVCodecParameters, _ orientation: Orientation, path: String
  ) -> [String] {
    var lines: [String] = []
    if isHighDynamicRange {
      lines.append("\(path) is HDR: its colours are kept in 8 bits, so smooth areas may band")
    } else if bitDepth > 8 {
      lines.append("\(path) has \(bitDepth) bits per colour: the result has 8")
    }
    let interlaced = [AV_FIELD_TT, AV_FIELD_BB, AV_FIELD_TB, AV_FIELD_BT]
    if interlaced.contains(stored.field_order) {
      lines.append("\(path) is interlaced: it is used as it is, deinterlace it first for best lips")
    }
    if stored.width % 2 != 0 || stored.height % 2 != 0 {
      lines.append(
        "\(path) is \(stored.width)x\(stored.height): an odd last row or column is dropped")
    }
    if orientation.isApproximate {
      lines.append("\(path) is turned by an odd angle: the nearest quarter turn is used")
    }
    if averageRate == nil {
      lines.append("\(path) does not say its frame rate: 25 is taken")
    }
    return lines
  }
}

private func hasTransparency(_ format: AVPixelFormat) -> Bool {
  guard let descriptor = av_pix_fmt_desc_get(format) else { return false }
  return Int32(truncatingIfNeeded: descriptor.pointee.flags) & AV_PIX_FMT_FLAG_ALPHA != 0
}

private func codecName(_ stream: UnsafeMutablePointer<AVStream>) -> String {
  String(cString: avcodec_get_name(stream.pointee.codecpar.pointee.codec_id))
}

/// As the stream or, failing that, the container says.
func durationSeconds(
  of stream: UnsafeMutablePointer<AVStream>, in demuxer: Demuxer
) -> Double? {
  if stream.pointee.duration > 0, let base = Rational(stream.pointee.time_base) {
    return Double(stream.pointee.duration) * base.value
  }
  let duration = demuxer.context.pointee.duration
  return duration > 0 ? Double(duration) / Double(AV_TIME_BASE) : nil
}
