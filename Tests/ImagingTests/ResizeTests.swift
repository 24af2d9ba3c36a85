import Imaging
import MediaTypes
import Testing

@Suite("Resizing and drawing")
struct ResizeTests {
  @Test("one colour stays that colour at any size", arguments: [(20, 60), (64, 64), (200, 10)])
  func constant(width: Int, height: Int) throws {
    let frame = Frame.made(
      64, 48, luma: { _, _ in 77 }, first: { _, _ in 90 }, second: { _, _ in 9 })
    let result = try frame.resized(width: width, height: height)
    #expect(result.width == width && result.height == height && result.color == frame.color)
    #expect(result.samples[result.lumaRange].allSatisfy { $0 == 77 })
    #expect(result.samples[result.firstChromaRange].allSatisfy { $0 == 90 })
    #expect(result.samples[result.secondChromaRange].allSatisfy { $0 == 9 })
  }

  @Test("the same size gives the same bytes")
  func same() throws {
    let frame = Frame.noise(64, 48)
    #expect(try frame.resized(width: 64, height: 48) == frame)
    #expect(try frame.luma(width: 64, height: 48) == Array(frame.samples[frame.lumaRange]))
  }

  @Test("a ramp stays a ramp, in place, larger and smaller", arguments: [32, 100, 256])
  func ramp(width: Int) throws {
    let frame = Frame.made(
      128, 16, luma: { x, _ in UInt8(2 * x) }, first: { x, _ in UInt8(4 * x) })
    let result = try frame.resized(width: width, height: 16)
    let ratio = 128.0 / Double(width)
    for x in (width / 8)..<(width * 7 / 8) {
      let expected = 2 * ((Double(x) + 0.5) * ratio - 0.5)
      #expect(abs(Double(result.samples[5 * width + x]) - expected) <= 1)
    }
    // Chroma column i lies at luma 2 i + 0.5, and holds 2 (luma - 0.5) there.
    for i in (width / 16)..<(width * 7 / 16) {
      let expected = 2 * ((2 * Double(i) + 0.5) * ratio - 0.5)
      let value = result.samples[result.firstChromaRange.lowerBound + 2 * (width / 2) + i]
      #expect(abs(Double(value) - expected) <= 1)
    }
  }

  @Test("shrinking averages noise instead of picking from it")
  func average() throws {
    let small = try Frame.noise(512, 512).luma(width: 16, height: 16)
    #expect(small.allSatisfy { abs(Int($0) - 128) < 24 })
  }

  @Test("marks are drawn inside the picture and left out beyond it")
  func drawing() {
    var frame = Frame(width: 40, height: 40)
    let untouched = frame
    frame.drawPoint(Point(-50, 900), color: .red)
    frame.drawPoint(Point(.nan, 3), color: .red)
    frame.drawLine(from: Point(-10, -10), to: Point(-5, 90), color: .red)
    #expect(frame == untouched)
    frame.drawRectangle(Rectangle(left: 10, top: 10, width: 50, height: 8), color: .green)
    let green = frame.color.codes(red: 0.1, green: 1, blue: 0.1)
    #expect(frame.samples[10 * 40 + 10] == green.y)
    #expect(frame.samples[18 * 40 + 39] == green.y)
    #expect(frame.samples[14 * 40 + 20] == 16)
  }
}
