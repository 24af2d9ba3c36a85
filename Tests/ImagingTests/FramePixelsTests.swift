import Imaging
import MediaTypes
import Testing

@Suite("Parts of frames as RGB")
struct FramePixelsTests {
  static let box = PixelBox(left: 5, top: 3, right: 42, bottom: 30)

  /// Colours that RGB can show, changing slowly.
  static let soft = Frame.made(
    64, 48, luma: { x, y in UInt8(60 + 2 * x + y / 2) }, first: { x, _ in UInt8(110 + x) },
    second: { _, y in UInt8(140 - y) })

  @Test(
    "pixels have the colours of the codes",
    arguments: [ColorDescription.bt709, .bt601], [ChromaSampling.interpolated, .repeated])
  func colors(color: ColorDescription, chroma: ChromaSampling) {
    for (red, green, blue) in [(255, 255, 255), (0, 0, 0), (200, 30, 60), (12, 250, 128)] {
      let codes = color.codes(
        red: Float(red) / 255, green: Float(green) / 255, blue: Float(blue) / 255)
      let frame = Frame.made(
        16, 16, color: color, luma: { _, _ in codes.y }, first: { _, _ in codes.u },
        second: { _, _ in codes.v })
      let box = PixelBox(left: -3, top: 2, right: 9, bottom: 20)
      let seen = frame.pixels(in: box, surroundings: .repeated, chroma: chroma)
      for pixel in stride(from: 0, to: seen.samples.count, by: 3) {
        for (value, wanted) in zip(seen.samples[pixel..<(pixel + 3)], [red, green, blue]) {
          #expect(abs(Int(value) - wanted) <= 2)
        }
      }
    }
  }

  @Test("beyond the frame all is black, or its edge")
  func outside() {
    let frame = Frame.made(16, 16, luma: { x, _ in x == 0 ? 235 : 100 })
    let box = PixelBox(left: -2, top: -1, right: 1, bottom: 0)
    #expect(frame.pixels(in: box).samples.allSatisfy { $0 == 0 })
    #expect(frame.pixels(in: box, surroundings: .repeated).samples.allSatisfy { $0 == 255 })
  }

  @Test("an unchanged part leaves every byte, whatever the colours")
  func unchanged() {
    for chroma in [ChromaSampling.interpolated, .repeated] {
      var frame = Frame.noise(64, 48)
      let seen = frame.pixels(in: Self.box, chroma: chroma)
      frame.replacePixels(in: Self.box, before: seen, after: seen, chroma: chroma)
      #expect(frame == .noise(64, 48))
    }
  }

  @Test(
    "what is written is read again, and nothing else changes",
    arguments: [ChromaSampling.interpolated, .repeated])
  func roundTrip(chroma: ChromaSampling) {
    var frame = Self.soft
    let before = frame.pixels(in: Self.box, chroma: chroma)
    var after = before
    let inner = PixelBox(left: 8, top: 4, right: 30, bottom: 22)
    for y in inner.top..<inner.bottom {
      for x in inner.left..<inner.right {
        let pixel = 3 * (y * after.width + x)
        after.samples.replaceSubrange(
          pixel..<(pixel + 3), with: [UInt8(150 + x), 90, UInt8(60 + y)])
      }
    }
    frame.replacePixels(in: Self.box, before: before, after: after, chroma: chroma)
    let read = frame.pixels(in: Self.box, chroma: chroma)
    for y in (inner.top + 2)..<(inner.bottom - 2) {
      for x in (inner.left + 2)..<(inner.right - 2) {
        for pixel in (3 * (y * after.width + x))..<(3 * (y * after.width + x) + 3) {
          #expect(abs(Int(read.samples[pixel]) - Int(after.samples[pixel])) <= 4)
        }
      }
    }
    let left = Self.box.left + inner.left, right = Self.box.left + inner.right
    let top = Self.box.top + inner.top, bottom = Self.box.top + inner.bottom
    for y in 0..<48 {
      for x in 0..<64 where !(left..<right).contains(x) || !(top..<bottom).contains(y) {
        #expect(frame.samples[y * 64 + x] == Self.soft.samples[y * 64 + x])
      }
    }
    for y in 0..<24 {
      for x in 0..<32
      where 2 * x + 1 < left || 2 * x > right || 2 * y + 1 < top || 2 * y >= bottom {
        let place = frame.firstChromaRange.lowerBound + y * 32 + x
        #expect(frame.samples[place] == Self.soft.samples[place])
        #expect(frame.samples[place + 768] == Self.soft.samples[place + 768])
      }
    }
  }

  @Test("parts that reach beyond the frame are written as far as it goes")
  func beyond() {
    var frame = Self.soft
    let box = PixelBox(left: 50, top: -6, right: 90, bottom: 70)
    let before = frame.pixels(in: box, surroundings: .repeated)
    let after = before.inverted
    frame.replacePixels(in: box, before: before, after: after)
    #expect(
      frame.samples[..<(48 * 64)].enumerated().allSatisfy { index, value in
        index % 64 >= 50 || value == Self.soft.samples[index]
      })
    #expect(frame.samples[10 * 64 + 60] != Self.soft.samples[10 * 64 + 60])
  }
}
