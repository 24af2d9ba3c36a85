import CLibAV
import MediaTypes

extension Frame {
  /// Puts the picture over one colour; `planes` is yuva420p of at least this size, alpha in its fourth plane.
  mutating func blend(over background: RGBColor, alpha planes: UnsafeMutablePointer<AVFrame>) {
    let alpha = planes.pointee.data.3!
    let stride = Int(planes.pointee.linesize.3)
    let flat = RGBPicture(
      width: 2, height: 2,
      samples: Array(
        repeatElement([background.red, background.green, background.blue], count: 4).joined()))
    let ground = flat.frame(color: color).samples
    let (columns, rows) = (width, height)
    samples.withUnsafeMutableBufferPointer { buffer in
      for y in 0..<rows {
        for x in 0..<columns {
          let place = y * columns + x
          buffer[place] = mix(buffer[place], ground[0], Int(alpha[y * stride + x]), 255)
        }
      }
      let (half, luma) = (columns / 2, columns * rows)
      for y in 0..<(rows / 2) {
        for x in 0..<half {
          let start = 2 * y * stride + 2 * x
          let weight =
            Int(alpha[start]) + Int(alpha[start + 1]) + Int(alpha[start + stride])
            + Int(alpha[start + stride + 1])
          let first = luma + y * half + x
          buffer[first] = mix(buffer[first], ground[4], weight, 1020)
          let second = first + luma / 4
          buffer[second] = mix(buffer[second], ground[5], weight, 1020)
        }
      }
    }
  }
}

extension RGBPicture {
  /// A decoded picture of any format in RGB, over `background` where it is transparent; not turned.
  init(
    _ frame: UnsafeMutablePointer<AVFrame>, over background: RGBColor, scaler: Scaler
  ) throws {
    let form = PixelForm(AVPixelFormat(frame.pointee.format))
    if form == .grey || form == .greyAlpha {
      self.init(grey: frame, over: background)
      return
    }
    let color = ColorDescription(decoded: frame)
    let rgba = try scaler.convert(frame, color: color).pointee
    let (width, height) = (Int(rgba.width), Int(rgba.height))
    var samples = [UInt8](repeating: 0, count: width * height * 3)
    let ground = [background.red, background.green, background.blue]
    samples.withUnsafeMutableBufferPointer { buffer in
      for y in 0..<height {
        let row = rgba.data.0! + y * Int(rgba.linesize.0)
        for x in 0..<width {
          for channel in 0..<3 {
            buffer[(y * width + x) * 3 + channel] = mix(
              row[4 * x + channel], ground[channel], Int(row[4 * x + 3]), 255)
          }
        }
      }
    }
    self.init(width: width, height: height, samples: samples)
  }

  /// Grey of 1 to 16 bits, with or without alpha: libswscale would take it for video levels.
  private init(grey frame: UnsafeMutablePointer<AVFrame>, over background: RGBColor) {
    let picture = frame.pointee
    let format = AVPixelFormat(picture.format)
    let (width, height) = (Int(picture.width), Int(picture.height))
    let bits = Int(av_pix_fmt_desc_get(format).pointee.comp.0.depth)
    let limit = (1 << bits) - 1
    let invert = format == AV_PIX_FMT_MONOWHITE
    let hasAlpha = PixelForm(format) == .greyAlpha
    let data: [UnsafePointer<UInt8>?] = [
      UnsafePointer(picture.data.0), UnsafePointer(picture.data.1), nil, nil,
    ]
    let strides = [picture.linesize.0, picture.linesize.1, picture.linesize.2, picture.linesize.3]
    var (levels, alphas) = ([UInt16](repeating: 0, count: width), [UInt16]())
    if hasAlpha { alphas = levels }
    let ground = [background.red, background.green, background.blue]
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * 3)
    for y in 0..<height {
      readLine(&levels, data, strides, format, y, component: 0)
      if hasAlpha { readLine(&alphas, data, strides, format, y, component: 1) }
      for x in 0..<width {
        let level = (Int(levels[x]) * 255 + limit / 2) / limit
        let grey = UInt8(invert ? 255 - level : level)
        let alpha = hasAlpha ? Int(alphas[x]) : limit
        for channel in 0..<3 { samples.append(mix(grey, ground[channel], alpha, limit)) }
      }
    }
    self.init(width: width, height: height, samples: samples)
  }
}

private func readLine(
  _ line: inout [UInt16], _ data: [UnsafePointer<UInt8>?], _ strides: [Int32],
  _ format: AVPixelFormat, _ y: Int, component: Int32
) {
  var (data, strides) = (data, strides)
  let count = Int32(line.count)
  av_read_image_line(
    &line, &data, &strides, av_pix_fmt_desc_get(format), 0, Int32(y), component, count, 0)
}

/// `front` over `back` with weight `alpha` of `full`, rounded.
@inline(__always)
private func mix(_ front: UInt8, _ back: UInt8, _ alpha: Int, _ full: Int) -> UInt8 {
  UInt8((Int(front) * alpha + Int(back) * (full - alpha) + full / 2) / full)
}
