import CKernels
public import MediaTypes

/// An overlay at its place, in the code values of frames of one colour description.
///
/// Where it is fully transparent a frame keeps its bytes.
public struct PlacedOverlay: Sendable {
  /// What becomes of one sample: (code x keep + add) / 255.
  private struct Blend: Sendable {
    var keep: UInt16
    var add: UInt16

    static let nothing = Blend(keep: 255, add: 0)

    func callAsFunction(_ code: UInt8) -> UInt8 {
      UInt8((UInt32(code) * UInt32(keep) + UInt32(add) + 127) / 255)
    }

    /// Over a sample of opacity `alpha`, whose code is not multiplied by it.
    func callAsFunction(_ code: UInt8, alpha: UInt8) -> UInt8 {
      let weight = 255 * UInt32(255 - keep) + UInt32(alpha) * UInt32(keep)
      guard keep < 255, weight > 0 else { return code }
      let sum = 255 * UInt32(add) + UInt32(code) * UInt32(alpha) * UInt32(keep)
      return UInt8(min((sum + weight / 2) / weight, 255))
    }

    /// What becomes of the opacity `alpha` below.
    func opacity(over alpha: UInt8) -> UInt8 {
      let weight = 255 * UInt32(255 - keep) + UInt32(alpha) * UInt32(keep)
      return UInt8((weight + 127) / 255)
    }
  }

  /// Columns and rows in even numbers, so that each chroma sample belongs to it whole.
  private let x, y, width, height: Int
  private let luma, firstChroma, secondChroma: [Blend]

  /// Puts the corner of `overlay` at column `x` and row `y`, which must be even.
  public init(_ overlay: Overlay, x: Int, y: Int, color: ColorDescription) {
    precondition(x >= 0 && y >= 0 && x % 2 == 0 && y % 2 == 0, "overlays begin at even places")
    let source = OverlayCodes(overlay, color: color)
    let (width, height) = ((overlay.width + 1) & ~1, (overlay.height + 1) & ~1)
    (self.x, self.y, self.width, self.height) = (x, y, width, height)
    luma = (0..<(width * height)).map { place in
      let (opacity, codes) = source[place % width, place / width]
      return Self.blend(opacity, codes.x)
    }
    // Chroma lies on even columns ([1 2 1] / 4 across), between the rows.
    let chroma = (0..<(width * height / 4)).map { place -> (Float, SIMD3<Float>) in
      let (column, row) = (2 * (place % (width / 2)), 2 * (place / (width / 2)))
      var (opacity, codes) = (Float(0), SIMD3<Float>())
      for (offset, weight) in [(-1, Float(1)), (0, 2), (1, 1)] {
        for line in [row, row + 1] {
          let sample = source[column + offset, line]
          opacity += weight * sample.opacity / 8
          codes += weight * sample.codes / 8
        }
      }
      return (opacity, codes)
    }
    firstChroma = chroma.map { Self.blend($0, $1.y) }
    secondChroma = chroma.map { Self.blend($0, $1.z) }
  }

  private static func blend(_ opacity: Float, _ code: Float) -> Blend {
    let covered = opacity.rounded()
    guard covered > 0 else { return .nothing }
    return Blend(
      keep: UInt16(255 - covered), add: UInt16(min(max(code, 0), 255 * covered).rounded()))
  }

  /// Lays the overlay over `frame`, which must hold it whole.
  public func draw(on frame: inout Frame) {
    precondition(x + width <= frame.width && y + height <= frame.height, "overlay in the frame")
    if let alpha = frame.alpha {
      drawTransparently(on: &frame, alpha)
      return
    }
    func draw(_ blends: [Blend], from start: Int, stride: Int, divisor: Int) {
      let (columns, rows) = (width / divisor, height / divisor)
      for row in 0..<rows {
        let line = start + (y / divisor + row) * stride + x / divisor
        for column in 0..<columns {
          frame.samples[line + column] = blends[row * columns + column](
            frame.samples[line + column])
        }
      }
    }
    draw(luma, from: 0, stride: frame.width, divisor: 1)
    let half = frame.width / 2
    draw(firstChroma, from: frame.firstChromaRange.lowerBound, stride: half, divisor: 2)
    draw(secondChroma, from: frame.secondChromaRange.lowerBound, stride: half, divisor: 2)
  }

  /// Lays the overlay over a frame that is transparent in places.
  private func drawTransparently(on frame: inout Frame, _ alpha: [UInt8]) {
    let stride = frame.width
    var opacity = alpha
    for row in 0..<height {
      for column in 0..<width {
        let (place, blend) = ((y + row) * stride + x + column, luma[row * width + column])
        frame.samples[place] = blend(frame.samples[place], alpha: alpha[place])
        opacity[place] = blend.opacity(over: alpha[place])
      }
    }
    for (blends, range) in [
      (firstChroma, frame.firstChromaRange), (secondChroma, frame.secondChromaRange),
    ] {
      for row in 0..<(height / 2) {
        for column in 0..<(width / 2) {
          let corner = (y + 2 * row) * stride + x + 2 * column
          let sum = [0, 1, stride, stride + 1].reduce(0) { $0 + Int(alpha[corner + $1]) }
          let place = range.lowerBound + (y / 2 + row) * (stride / 2) + x / 2 + column
          frame.samples[place] = blends[row * (width / 2) + column](
            frame.samples[place], alpha: UInt8((sum + 2) / 4))
        }
      }
    }
    frame.alpha = opacity
  }
}

/// An overlay's pixels as opacity (0...255) and Y, U, V codes multiplied by it; outside of it all is transparent.
private struct OverlayCodes {
  private let overlay: Overlay
  private let color: ColorDescription

  init(_ overlay: Overlay, color: ColorDescription) {
    (self.overlay, self.color) = (overlay, color)
  }

  subscript(_ x: Int, _ y: Int) -> (opacity: Float, codes: SIMD3<Float>) {
    guard (0..<overlay.width).contains(x), (0..<overlay.height).contains(y) else {
      return (0, SIMD3())
    }
    let start = (y * overlay.width + x) * 4
    func channel(_ index: Int) -> Float { Float(overlay.samples[start + index]) }
    let opacity = channel(3)
    let (red, green, blue) = (channel(0) * white, channel(1) * white, channel(2) * white)
    let codes = color.kernelColor
    let luma = codes.red * red + (1 - codes.red - codes.blue) * green + codes.blue * blue
    let first = codes.chromaScale * 0.5 * (blue - luma) / (1 - codes.blue)
    let second = codes.chromaScale * 0.5 * (red - luma) / (1 - codes.red)
    return (
      opacity,
      SIMD3(
        codes.lumaOffset * opacity + codes.lumaScale * luma, 128 * opacity + first,
        128 * opacity + second)
    )
  }

  /// Graphics white as a part of the brightest signal (ITU-R BT.2408): HDR goes beyond it.
  private var white: Float {
    switch color.transfer {
    case 16: 0.58
    case 18: 0.75
    default: 1
    }
  }
}
