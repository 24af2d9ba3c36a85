public import MediaTypes

/// A colour in 8-bit sRGB.
public struct RGBColor: Hashable, Sendable, Codable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  public static let black = RGBColor(red: 0, green: 0, blue: 0)
  public static let white = RGBColor(red: 255, green: 255, blue: 255)
}

/// A picture in 8-bit RGB: `samples` is [height, width, 3].
public struct RGBPicture: Hashable, Sendable {
  public let width: Int
  public let height: Int
  public var samples: [UInt8]

  /// Wraps `samples`, whose count must be width x height x 3.
  public init(width: Int, height: Int, samples: [UInt8]) {
    precondition(samples.count == width * height * 3, "RGB samples")
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// The picture in YUV 4:2:0 as `color` says; an odd last row or column is lost (both sides at least 2).
  ///
  /// Chroma lies as H.264 assumes by default: on the even columns ([1 2 1] / 4 across), between the rows.
  public func frame(color: ColorDescription = .bt709) -> Frame {
    precondition(width >= 2 && height >= 2, "a frame has two rows and columns")
    let (evenWidth, evenHeight) = (width & ~1, height & ~1)
    let matrix = FixedPointMatrix(color)
    var output = [UInt8](
      repeating: 0, count: Frame.sampleCount(width: evenWidth, height: evenHeight))
    let chromaStart = evenWidth * evenHeight
    let chromaCount = chromaStart / 4
    samples.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        for y in 0..<evenHeight {
          for x in 0..<evenWidth {
            let start = (y * width + x) * 3
            target[y * evenWidth + x] = matrix.luma(
              Int(source[start]), Int(source[start + 1]), Int(source[start + 2]))
          }
        }
        for y in 0..<(evenHeight / 2) {
          for x in 0..<(evenWidth / 2) {
            var sum = (0, 0, 0)
            for tap in 0..<3 {
              let column = max(2 * x + tap - 1, 0)
              let weight = tap == 1 ? 2 : 1
              for row in (2 * y)...(2 * y + 1) {
                let start = (row * width + column) * 3
                sum.0 += weight * Int(source[start])
                sum.1 += weight * Int(source[start + 1])
                sum.2 += weight * Int(source[start + 2])
              }
            }
            let place = chromaStart + y * (evenWidth / 2) + x
            (target[place], target[place + chromaCount]) = matrix.chroma(sum.0, sum.1, sum.2)
          }
        }
      }
    }
    return Frame(width: evenWidth, height: evenHeight, color: color, samples: output)
  }
}

/// RGB to YUV with 16-bit fractions: the same bytes everywhere.
private struct FixedPointMatrix {
  private let red: Int
  private let green: Int
  private let blue: Int
  private let lumaOffset: Int
  private let blueDifference: Int
  private let redDifference: Int

  init(_ color: ColorDescription) {
    let (kr, kb) = (Double(color.lumaWeights.red), Double(color.lumaWeights.blue))
    let lumaScale = (color.isFullRange ? 1 : 219.0 / 255) * 65536
    let chromaScale = (color.isFullRange ? 1 : 224.0 / 255) * 65536
    red = Int((kr * lumaScale).rounded())
    blue = Int((kb * lumaScale).rounded())
    green = Int(lumaScale.rounded()) - red - blue
    lumaOffset = color.isFullRange ? 0 : 16
    blueDifference = Int((chromaScale * 65536 / (2 * (1 - kb) * lumaScale)).rounded())
    redDifference = Int((chromaScale * 65536 / (2 * (1 - kr) * lumaScale)).rounded())
  }

  func luma(_ r: Int, _ g: Int, _ b: Int) -> UInt8 {
    UInt8(clamping: ((red * r + green * g + blue * b + 0x8000) >> 16) + lumaOffset)
  }

  /// From sums of eight weighted samples.
  func chroma(_ r: Int, _ g: Int, _ b: Int) -> (UInt8, UInt8) {
    let weight = red + green + blue
    let y = red * r + green * g + blue * b
    return (
      Self.offset((weight * b - y) >> 8, blueDifference),
      Self.offset((weight * r - y) >> 8, redDifference)
    )
  }

  /// `difference` has 8 fraction bits and 3 bits of the weighted sum, `factor` 16 fraction bits.
  private static func offset(_ difference: Int, _ factor: Int) -> UInt8 {
    UInt8(clamping: ((difference * factor + (1 << 26)) >> 27) + 128)
  }
}

extension Frame {
  /// The picture in RGB, as its colour description says; chroma is interpolated across, repeated down.
  public func rgbPicture() -> RGBPicture {
    let (kr, kb) = (color.lumaWeights.red, color.lumaWeights.blue)
    let (lumaScale, chromaScale): (Float, Float) =
      color.isFullRange ? (1, 1) : (255.0 / 219, 255.0 / 224)
    let black: Float = color.isFullRange ? 0 : 16
    let (redFactor, blueFactor) = (2 * (1 - kr) * chromaScale, 2 * (1 - kb) * chromaScale)
    let (half, u, v) = (width / 2, firstChromaRange.lowerBound, secondChromaRange.lowerBound)
    var output = [UInt8](repeating: 0, count: width * height * 3)
    samples.withUnsafeBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        func chroma(_ plane: Int, _ x: Int, _ y: Int) -> Float {
          let place = plane + (y / 2) * half + x / 2
          let here = Float(source[place])
          guard x % 2 == 1, x / 2 + 1 < half else { return here - 128 }
          return (here + Float(source[place + 1])) / 2 - 128
        }
        for y in 0..<height {
          for x in 0..<width {
            let luma = (Float(source[y * width + x]) - black) * lumaScale
            let red = luma + redFactor * chroma(v, x, y)
            let blue = luma + blueFactor * chroma(u, x, y)
            let green = (luma - kr * red - kb * blue) / (1 - kr - kb)
            let start = (y * width + x) * 3
            for (channel, value) in [red, green, blue].enumerated() {
              target[start + channel] = UInt8(max(0, min(255, value.rounded())))
            }
          }
        }
      }
    }
    return RGBPicture(width: width, height: height, samples: output)
  }
}
