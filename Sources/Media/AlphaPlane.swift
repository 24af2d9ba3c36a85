import CLibAV
import MediaTypes

/// Opacity of a decoded picture, [height, width].
struct AlphaPlane {
  let width: Int
  let height: Int
  let samples: [UInt8]

  init(width: Int, height: Int, samples: [UInt8]) {
    (self.width, self.height, self.samples) = (width, height, samples)
  }

  /// Of a picture in yuva420p.
  init(fourthPlaneOf frame: UnsafeMutablePointer<AVFrame>) {
    let picture = frame.pointee
    self.init(picture, picture.data.3!, stride: Int(picture.linesize.3), step: 1, offset: 0)
  }

  /// Of a picture in any RGB or grey format with alpha; `scaler` makes RGBA.
  init(_ frame: UnsafeMutablePointer<AVFrame>, scaler: Scaler) throws {
    if PixelForm(AVPixelFormat(frame.pointee.format)) == .greyAlpha {
      self.init(
        width: Int(frame.pointee.width), height: Int(frame.pointee.height),
        samples: greyLevels(frame, component: 1, isFullRange: true))
      return
    }
    let rgba = try scaler.convert(frame, color: ColorDescription(decoded: frame)).pointee
    self.init(rgba, rgba.data.0!, stride: Int(rgba.linesize.0), step: 4, offset: 3)
  }

  private init(
    _ picture: AVFrame, _ start: UnsafeMutablePointer<UInt8>, stride: Int, step: Int, offset: Int
  ) {
    let (width, height) = (Int(picture.width), Int(picture.height))
    let samples = [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
      for row in 0..<height {
        for column in 0..<width {
          buffer[row * width + column] = start[row * stride + column * step + offset]
        }
      }
      count = width * height
    }
    self.init(width: width, height: height, samples: samples)
  }

  /// The upper left part.
  func cropped(to width: Int, _ height: Int) -> [UInt8] {
    guard (width, height) != (self.width, self.height) else { return samples }
    return (0..<height).flatMap { samples[($0 * self.width)..<($0 * self.width + width)] }
  }

  func turned(_ orientation: Orientation) -> AlphaPlane {
    var turned: [UInt8] = []
    orientation.append(samples[...], width: width, height: height, to: &turned)
    let size = orientation.size(width: width, height: height)
    return AlphaPlane(width: size.width, height: size.height, samples: turned)
  }
}
