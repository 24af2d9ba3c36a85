import CLibAV
import MediaTypes

/// Decoded pictures of any pixel format -> upright, even, 8-bit YUV 4:2:0 frames.
///
/// 8-bit 4:2:0 passes unchanged. The odd last row or column of the stored picture is lost before turning.
final class FrameConverter {
  private let path: String
  private let orientation: Orientation
  /// Nil keeps transparent places transparent.
  private let background: RGBColor?
  /// Whether untagged grey means video levels: so for the codecs of cameras and streams.
  private let greyIsLimited: Bool
  private var scalers: [Int32: Scaler] = [:]
  private var storedSize: (width: Int32, height: Int32)?

  init(path: String, orientation: Orientation, background: RGBColor?, codec: AVCodecID) {
    self.path = path
    self.orientation = orientation
    self.background = background
    greyIsLimited = [AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1]
      .contains(codec)
  }

  /// Throws 65 where the size differs from that of the first picture given.
  func convert(_ frame: UnsafeMutablePointer<AVFrame>) throws -> Frame {
    try checkSize(frame.pointee)
    let format = AVPixelFormat(frame.pointee.format)
    let form = PixelForm(format)
    let color = ColorDescription(decoded: frame)
    switch form {
    case .rgb, .greyAlpha:
      return try rgbFrame(frame, color: color)
    case .grey:
      return upright(greyFrame(frame, color: color))
    case .yuvAlpha:
      let planes = try scaler(AV_PIX_FMT_YUVA420P).convert(frame, color: color)
      var picture = cropped(planes, color: color)
      if let background {
        picture.blend(over: background, alpha: planes)
      } else {
        picture.alpha = AlphaPlane(fourthPlaneOf: planes)
          .cropped(to: picture.width, picture.height)
      }
      return upright(picture)
    case .yuv where format == AV_PIX_FMT_YUV420P || format == AV_PIX_FMT_YUVJ420P:
      return upright(cropped(frame, color: color))
    case .yuv:
      let planes = try scaler(AV_PIX_FMT_YUV420P).convert(frame, color: color)
      return upright(cropped(planes, color: color))
    }
  }

  private func checkSize(_ picture: AVFrame) throws {
    if let (width, height) = storedSize {
      guard picture.width == width, picture.height == height else {
        throw MediaError.unusable(
          path,
          "the picture size changes from \(width)x\(height) to "
            + "\(picture.width)x\(picture.height)", "convert it to one size first")
      }
      return
    }
    guard picture.width >= 2, picture.height >= 2 else {
      throw MediaError.unusable(path, "the picture is too small", "use one of at least 2x2")
    }
    storedSize = (picture.width, picture.height)
  }

  private func scaler(_ target: AVPixelFormat) throws -> Scaler {
    if let scaler = scalers[target.rawValue] { return scaler }
    let scaler = try Scaler(to: target, path: path)
    scalers[target.rawValue] = scaler
    return scaler
  }

  /// The even part of a 4:2:0 picture, row by row.
  private func cropped(
    _ frame: UnsafeMutablePointer<AVFrame>, color: ColorDescription
  ) -> Frame {
    let picture = frame.pointee
    let (width, height) = (Int(picture.width) & ~1, Int(picture.height) & ~1)
    let planes = [
      (picture.data.0!, Int(picture.linesize.0), width, height),
      (picture.data.1!, Int(picture.linesize.1), width / 2, height / 2),
      (picture.data.2!, Int(picture.linesize.2), width / 2, height / 2),
    ]
    let count = Frame.sampleCount(width: width, height: height)
    let samples = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      for (start, stride, columns, rows) in planes {
        for row in 0..<rows {
          (buffer.baseAddress! + filled).initialize(from: start + row * stride, count: columns)
          filled += columns
        }
      }
    }
    return Frame(width: width, height: height, color: color, samples: samples)
  }

  private func greyFrame(
    _ frame: UnsafeMutablePointer<AVFrame>, color: ColorDescription
  ) -> Frame {
    let isTagged = frame.pointee.color_range != AVCOL_RANGE_UNSPECIFIED
    let keepsLevels = isTagged || greyIsLimited
    let levels = greyLevels(
      frame, component: 0, isFullRange: color.isFullRange || !keepsLevels)
    let stored = Int(frame.pointee.width)
    let (width, height) = (stored & ~1, Int(frame.pointee.height) & ~1)
    var result = Frame(width: width, height: height, color: color)
    for row in 0..<height {
      for column in 0..<width {
        let level = levels[row * stored + column]
        result.samples[row * width + column] =
          keepsLevels ? level : UInt8(16 + (Int(level) * 219 + 127) / 255)
      }
    }
    return result
  }

  private func rgbFrame(
    _ frame: UnsafeMutablePointer<AVFrame>, color: ColorDescription
  ) throws -> Frame {
    var limited = color
    limited.isFullRange = false
    let scaler = try scaler(AV_PIX_FMT_RGBA)
    var picture = try RGBPicture(frame, over: background, scaler: scaler).frame(color: limited)
    let descriptor = av_pix_fmt_desc_get(AVPixelFormat(frame.pointee.format)).pointee
    let hasAlpha = Int32(truncatingIfNeeded: descriptor.flags) & AV_PIX_FMT_FLAG_ALPHA != 0
    if background == nil, hasAlpha {
      picture.alpha = try AlphaPlane(frame, scaler: scaler)
        .cropped(to: picture.width, picture.height)
    }
    return upright(picture)
  }

  private func upright(_ frame: Frame) -> Frame {
    guard !orientation.isUpright else { return frame }
    let (width, height) = (frame.width, frame.height)
    var samples: [UInt8] = []
    samples.reserveCapacity(frame.samples.count)
    orientation.append(
      frame.samples[frame.lumaRange], width: width, height: height, to: &samples)
    for range in [frame.firstChromaRange, frame.secondChromaRange] {
      orientation.append(
        frame.samples[range], width: width / 2, height: height / 2, to: &samples)
    }
    let size = orientation.size(width: width, height: height)
    var turned = Frame(
      width: size.width, height: size.height, color: frame.color, samples: samples)
    turned.alpha = frame.alpha.map {
      AlphaPlane(width: width, height: height, samples: $0).turned(orientation).samples
    }
    return turned
  }
}

/// How a pixel format must be converted.
enum PixelForm {
  case yuv, yuvAlpha, rgb, grey, greyAlpha

  init(_ format: AVPixelFormat) {
    guard let descriptor = av_pix_fmt_desc_get(format)?.pointee else {
      self = .yuv
      return
    }
    let flags = Int32(truncatingIfNeeded: descriptor.flags)
    let hasAlpha = flags & AV_PIX_FMT_FLAG_ALPHA != 0
    if flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0 || format == AV_PIX_FMT_XYZ12LE {
      self = .rgb
    } else if descriptor.nb_components <= 2 {
      self = hasAlpha ? .greyAlpha : .grey
    } else {
      self = hasAlpha ? .yuvAlpha : .yuv
    }
  }
}
