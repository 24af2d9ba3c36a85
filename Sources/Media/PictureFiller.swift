import CLibAV
import MediaTypes

/// Brings frames into the pixel format that an encoder takes.
final class PictureFiller {
  private let picture: DecodedFrame
  private let path: String
  private let settings: EncoderSettings

  init(_ settings: EncoderSettings, path: String) throws {
    (self.settings, self.path) = (settings, path)
    picture = try DecodedFrame(path)
    picture.pointer.pointee.width = Int32(settings.width)
    picture.pointer.pointee.height = Int32(settings.height)
    picture.pointer.pointee.format = PictureCodec.pixelFormat(settings).rawValue
    try LibAV.writing(path, "cannot encode", av_frame_get_buffer(picture.pointer, 64))
  }

  /// The frame, valid until the next call.
  func fill(_ frame: Frame) throws -> UnsafeMutablePointer<AVFrame> {
    try LibAV.writing(path, "cannot encode", av_frame_make_writable(picture.pointer))
    if settings.format == .mov {
      fillTenBits(frame)
    } else {
      picture.pointer.copySamples(of: frame)
      if settings.hasAlpha { fillAlpha(frame) }
    }
    return picture.pointer
  }

  private func fillAlpha(_ frame: Frame) {
    let (start, stride) = (picture.pointer.pointee.data.3!, Int(picture.pointer.pointee.linesize.3))
    for row in 0..<frame.height {
      let target = start + row * stride
      if let alpha = frame.alpha {
        for column in 0..<frame.width { target[column] = alpha[row * frame.width + column] }
      } else {
        target.update(repeating: 255, count: frame.width)
      }
    }
  }

  /// Into 10 bits a sample and 4:4:4, chroma interpolated between where 4:2:0 has it: on even columns, between rows.
  private func fillTenBits(_ frame: Frame) {
    let target = picture.pointer.pointee
    let (width, height) = (frame.width, frame.height)
    func rows(_ data: UnsafeMutablePointer<UInt8>, _ stride: Int32, _ row: Int)
      -> UnsafeMutablePointer<UInt16>
    {
      UnsafeMutableRawPointer(data + row * Int(stride)).assumingMemoryBound(to: UInt16.self)
    }
    frame.samples.withUnsafeBufferPointer { samples in
      for row in 0..<height {
        let luma = rows(target.data.0!, target.linesize.0, row)
        for column in 0..<width { luma[column] = UInt16(samples[row * width + column]) << 2 }
      }
      for (data, stride, plane) in [
        (target.data.1!, target.linesize.1, frame.firstChromaRange.lowerBound),
        (target.data.2!, target.linesize.2, frame.secondChromaRange.lowerBound),
      ] {
        let (columns, lines) = (width / 2, height / 2)
        for row in 0..<height {
          let chroma = rows(data, stride, row)
          let near = plane + row / 2 * columns
          let other = row % 2 == 0 ? max(row / 2 - 1, 0) : min(row / 2 + 1, lines - 1)
          let far = plane + other * columns
          for column in 0..<columns {
            let next = min(column + 1, columns - 1)
            let here = 3 * UInt16(samples[near + column]) + UInt16(samples[far + column])
            let there = 3 * UInt16(samples[near + next]) + UInt16(samples[far + next])
            chroma[2 * column] = here
            chroma[2 * column + 1] = (here + there + 1) / 2
          }
        }
      }
    }
    guard settings.hasAlpha else { return }
    for row in 0..<height {
      let opacity = rows(target.data.3!, target.linesize.3, row)
      for column in 0..<width {
        let value = UInt16(frame.alpha?[row * width + column] ?? 255)
        opacity[column] = value << 2 | value >> 6
      }
    }
  }
}
