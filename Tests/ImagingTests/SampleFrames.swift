import Foundation
import Imaging
import MediaTypes

extension Frame {
  /// A frame whose planes are functions of their own column and row.
  static func made(
    _ width: Int, _ height: Int, color: ColorDescription = .bt709,
    luma: (Int, Int) -> UInt8, first: (Int, Int) -> UInt8 = { _, _ in 128 },
    second: (Int, Int) -> UInt8 = { _, _ in 128 }
  ) -> Frame {
    var frame = Frame(width: width, height: height, color: color)
    for row in 0..<height {
      for column in 0..<width { frame.samples[row * width + column] = luma(column, row) }
    }
    for row in 0..<(height / 2) {
      for column in 0..<(width / 2) {
        let place = row * (width / 2) + column
        frame.samples[frame.firstChromaRange.lowerBound + place] = first(column, row)
        frame.samples[frame.secondChromaRange.lowerBound + place] = second(column, row)
      }
    }
    return frame
  }

  /// Repeatable noise in all three planes.
  static func noise(_ width: Int, _ height: Int, color: ColorDescription = .bt709) -> Frame {
    var state: UInt64 = 42
    func next(_: Int, _: Int) -> UInt8 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
    return made(width, height, color: color, luma: next, first: next, second: next)
  }
}

extension PaintedMouth {
  /// One flow vector (crop units), one mask value and one colour everywhere.
  static func constant(
    flow: (x: Float, y: Float) = (0, 0), mask: Float = 0,
    rgb: (Float, Float, Float) = (0, 0, 0)
  ) -> PaintedMouth {
    let (cells, pixels) = (flowSize * flowSize, size * size)
    func filled(_ value: Float, _ count: Int) -> [Float] { .init(repeating: value, count: count) }
    return PaintedMouth(
      flow: filled(flow.x, cells) + filled(flow.y, cells), mask: filled(mask, pixels),
      inner: filled(rgb.0, pixels) + filled(rgb.1, pixels) + filled(rgb.2, pixels))
  }
}
