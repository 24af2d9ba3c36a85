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
  /// A decoded picture of any format in RGB, over `background` where it is transparent, or in its own colours without one; not turned.
  init(
    _ frame: UnsafeMutablePointer<AVFrame>, over background: RGBColor?, scaler: Scaler
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
    guard let background else {
      self.init(width: width, height: height, samples: Self.ownColors(rgba))
      return
    }
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

  /// Without opacity; what is fully transparent has the colour of what is seen in its block of 2 x 2, which chroma is shared with.
  private static func ownColors(_ rgba: AVFrame) -> [UInt8] {
    let (width, height) = (Int(rgba.width), Int(rgba.height))
    func pixel(_ x: Int, _ y: Int) -> UnsafeMutablePointer<UInt8> {
      rgba.data.0! + y * Int(rgba.linesize.0) + 4 * x
    }
    return [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      for y in 0..<height {
        for x in 0..<width {
          let here = pixel(x, y)
          let block = [(x, y), (x ^ 1, y), (x, y ^ 1), (x ^ 1, y ^ 1)]
            .filter { $0.0 < width && $0.1 < height && here[3] == 0 }.map { pixel($0.0, $0.1) }
          let weight = block.reduce(0) { $0 + Int($1[3]) }
          for channel in 0..<3 {
            let sum = block.reduce(0) { $0 + Int($1[3]) * Int($1[channel]) }
            buffer[count] = weight > 0 ? UInt8((sum + weight / 2) / weight) : here[channel]
            count += 1
          }
        }
      }
    }
  }

  private init(grey frame: UnsafeMutablePointer<AVFrame>, over background: RGBColor?) {
    let (width, height) = (Int(frame.pointee.width), Int(frame.pointee.height))
    let hasAlpha = PixelForm(AVPixelFormat(frame.pointee.format)) == .greyAlpha
    let levels = greyLevels(frame, component: 0, isFullRange: true)
    let isBlended = hasAlpha && background != nil
    let alphas = isBlended ? greyLevels(frame, component: 1, isFullRange: true) : []
    let seen = background ?? .black
    let ground = [seen.red, seen.green, seen.blue]
    var samples: [UInt8] = []
    samples.reserveCapacity(width * height * 3)
    for place in levels.indices {
      let alpha = isBlended ? Int(alphas[place]) : 255
      for channel in 0..<3 { samples.append(mix(levels[place], ground[channel], alpha, 255)) }
    }
    self.init(width: width, height: height, samples: samples)
  }
}

/// One component of a grey picture of 1 to 16 bits in 8 bits, [height, width], rounded.
///
/// libswscale would take full-range grey for video levels. Video levels are shifted, not scaled.
func greyLevels(
  _ frame: UnsafeMutablePointer<AVFrame>, component: Int32, isFullRange: Bool
) -> [UInt8] {
  let picture = frame.pointee
  let format = AVPixelFormat(picture.format)
  let descriptor = av_pix_fmt_desc_get(format)!
  let bits = Int(descriptor.pointee.comp.0.depth)
  let (limit, shift) = ((1 << bits) - 1, bits - 8)
  var data: [UnsafePointer<UInt8>?] = [
    UnsafePointer(picture.data.0), UnsafePointer(picture.data.1), nil, nil,
  ]
  var strides = [picture.linesize.0, picture.linesize.1, 0, 0]
  var line = [UInt16](repeating: 0, count: Int(picture.width))
  var levels: [UInt8] = []
  levels.reserveCapacity(line.count * Int(picture.height))
  for y in 0..<picture.height {
    av_read_image_line(
      &line, &data, &strides, descriptor, 0, y, component, Int32(line.count), 0)
    for value in line {
      let level =
        isFullRange || shift <= 0
        ? (Int(value) * 255 + limit / 2) / limit : (Int(value) + (1 << shift) / 2) >> shift
      levels.append(UInt8(clamping: format == AV_PIX_FMT_MONOWHITE ? 255 - level : level))
    }
  }
  return levels
}

/// `front` over `back` with weight `alpha` of `full`, rounded.
@inline(__always)
private func mix(_ front: UInt8, _ back: UInt8, _ alpha: Int, _ full: Int) -> UInt8 {
  UInt8((Int(front) * alpha + Int(back) * (full - alpha) + full / 2) / full)
}
