import Foundation
import Imaging
import MediaTypes
import Testing

@Suite("Cropping")
struct CropTests {
  static let full = ColorDescription(matrix: 1, primaries: 1, transfer: 1, isFullRange: true)

  @Test("the identity crop of a gray picture is the picture")
  func identity() {
    let frame = Frame.made(64, 48, color: Self.full) { x, y in UInt8((x * 3 + y) % 256) }
    let crop = frame.crop(.identity, size: 32)
    for channel in 0..<3 {
      for y in 0..<32 {
        for x in 0..<32 {
          let expected = Float(frame.samples[y * 64 + x]) / 255 * 2 - 1
          #expect(abs(crop[channel * 1024 + y * 32 + x] - expected) < 1e-5)
        }
      }
    }
  }

  @Test("limited range: 16 is black and 235 is white")
  func limitedRange() {
    let frame = Frame.made(32, 32) { x, _ in x < 16 ? 16 : 235 }
    let crop = frame.crop(.identity, size: 32)
    #expect(abs(crop[0] + 1) < 1e-5)
    #expect(abs(crop[31] - 1) < 1e-5)
  }

  @Test(
    "colours survive the way through YUV with every matrix and range",
    arguments: [Int32(1), 6, 9], [true, false])
  func colors(matrix: Int32, isFullRange: Bool) {
    let color = ColorDescription(
      matrix: matrix, primaries: 1, transfer: 1, isFullRange: isFullRange)
    let wanted: [Float] = [0.6, -0.2, 0.1]
    let rgb = wanted.flatMap { [Float](repeating: $0, count: 256) }
    let frame = Frame(planarRGB: rgb, width: 16, height: 16, color: color)
    let crop = frame.crop(Similarity(scale: 0.5, shift: Point(4, 4)), size: 16)
    for (index, value) in crop.enumerated() { #expect(abs(value - wanted[index / 256]) < 0.02) }
  }

  @Test("beyond the picture its edge repeats")
  func edges() {
    let frame = Frame.made(32, 32, color: Self.full) { x, y in UInt8(x * 4 + y) }
    let crop = frame.crop(Similarity(scale: 1, shift: Point(-16, -16)), size: 64)
    func at(_ x: Int, _ y: Int) -> Float { (crop[y * 64 + x] + 1) / 2 * 255 }
    #expect(abs(at(0, 0) - 0) < 1e-3)
    #expect(abs(at(63, 0) - 124) < 1e-3)
    #expect(abs(at(63, 63) - 155) < 1e-3)
    #expect(abs(at(16, 63) - 31) < 1e-3)
    #expect(abs(at(0, 26) - 10) < 1e-3)
  }

  @Test("a crop that lies wholly outside shows the nearest edge")
  func outside() {
    let frame = Frame.made(32, 32, color: Self.full) { x, _ in UInt8(x * 8) }
    let crop = frame.crop(Similarity(scale: 1, shift: Point(500, 0)), size: 16)
    #expect(crop.allSatisfy { abs(($0 + 1) / 2 * 255 - 248) < 1e-3 })
  }

  @Test(
    "gradients are followed exactly under rotation, at any scale", arguments: [0.4, 1, 1.7, 3.3])
  func rotatedGradient(scale: Double) {
    let frame = Frame.made(400, 400, color: Self.full) { x, y in UInt8((x + y) / 4) }
    let transform = Similarity(scale: scale, radians: 0.6, shift: Point(190, 130))
    let crop = frame.lumaCrop(transform, size: 32)
    for (x, y) in [(0, 0), (31, 0), (5, 29), (16, 16)] {
      let place = transform(Point(Double(x) + 0.5, Double(y) + 0.5))
      // (x + y) / 4 rounds down: on average 0.375 below the plane through the pixel centres.
      let expected = (place.x + place.y - 1) / 4 - 0.375
      #expect(abs(Double(crop[y * 32 + x]) - expected) < 0.4)
    }
  }

  @Test("shrinking averages: stripes finer than a pixel become gray", arguments: [2.0, 4, 5.3, 16])
  func antialiasing(scale: Double) {
    let frame = Frame.made(512, 512, color: Self.full) { x, _ in x % 2 == 0 ? 0 : 200 }
    let crop = frame.lumaCrop(Similarity(scale: scale), size: 24)
    #expect(crop.allSatisfy { abs($0 - 100) < 26 })
    #expect(abs(crop.reduce(0, +) / Float(crop.count) - 100) < 2)
  }

  @Test("chroma is sited on the left: a chroma ramp comes back at the luma positions")
  func chromaSiting() {
    let frame = Frame.made(
      64, 64, color: Self.full, luma: { _, _ in 128 }, second: { x, _ in UInt8(96 + 2 * x) })
    let crop = frame.crop(.identity, size: 64)
    // Red is luma + 2 (1 - Kr) (V - 128) / 255; V is 96 + x at luma column x where it was sampled.
    for x in 4..<60 {
      let v = Float(96 + x)
      let red = 128 + 2 * (1 - 0.2126) * (v - 128)
      #expect(abs((crop[20 * 64 + x] + 1) / 2 * 255 - red) < 0.01)
    }
  }
}
