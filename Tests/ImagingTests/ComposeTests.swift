import Foundation
import Imaging
import MediaTypes
import Testing

@Suite("Composing a painted mouth")
struct ComposeTests {
  static let placed = Similarity(scale: 0.9, radians: 0.2, shift: Point(60, 30))

  @Test("without flow and mask every byte stays")
  func nothing() throws {
    let frame = Frame.noise(320, 300)
    let result = try frame.composing(
      .constant(rgb: (1, -1, 0.3)), cropToImage: Self.placed)
    #expect(result == frame)
  }

  @Test("strength zero leaves the source")
  func noStrength() throws {
    let frame = Frame.noise(320, 300)
    let mouth = PaintedMouth.constant(flow: (0.1, 0), mask: 1)
    #expect(try frame.composing(mouth, cropToImage: Self.placed, strength: 0) == frame)
  }

  @Test("only bytes inside the effect window change", arguments: [0.2, 0.9, 2.4])
  func outside(scale: Double) throws {
    let frame = Frame.noise(320, 300)
    let place = Similarity(scale: scale, radians: -0.3, shift: Point(40, 60))
    let mouth = PaintedMouth.constant(flow: (0.2, -0.1), mask: 0.5, rgb: (1, 0, 0))
    let result = try frame.composing(mouth, cropToImage: place)
    let weights = EffectWindow.weights(
      width: 320, height: 300, cropToImage: place, cropSize: PaintedMouth.size)
    var changed = 0
    for index in weights.indices {
      if weights[index] == 0 { #expect(result.samples[index] == frame.samples[index]) }
      if result.samples[index] != frame.samples[index] { changed += 1 }
    }
    #expect(changed > weights.filter { $0 > 0.5 }.count * 9 / 10)
    let chroma = frame.firstChromaRange.lowerBound
    for row in 0..<150 {
      for column in 0..<160 {
        let corners = [0, 1, 320, 321].map { weights[row * 640 + column * 2 + $0] }
        guard corners.allSatisfy({ $0 == 0 }) else { continue }
        let index = chroma + row * 160 + column
        #expect(result.samples[index] == frame.samples[index])
      }
    }
  }

  @Test("a constant flow fetches pixels from where it points, in full where the window is 1")
  func translation() throws {
    let frame = Frame.noise(256, 256)
    // 8 pixels right and 4 down, in units of half a crop.
    let mouth = PaintedMouth.constant(flow: (8.0 / 128, 4.0 / 128))
    let result = try frame.composing(mouth, cropToImage: .identity)
    for y in stride(from: 110, to: 235, by: 5) {
      for x in stride(from: 30, to: 225, by: 7) {
        #expect(result.samples[y * 256 + x] == frame.samples[(y + 4) * 256 + x + 8])
        let chroma = frame.secondChromaRange.lowerBound
        let (from, to) = ((y / 2 + 2) * 128 + x / 2 + 4, (y / 2) * 128 + x / 2)
        #expect(result.samples[chroma + to] == frame.samples[chroma + from])
      }
    }
  }

  @Test("flow turns and grows with the crop")
  func turnedFlow() throws {
    let frame = Frame.noise(512, 512)
    // The crop is turned a quarter and doubled: 4 crop pixels to its right are 8 picture pixels down.
    let place = Similarity(scale: 2, radians: .pi / 2, shift: Point(512, 0))
    let mouth = PaintedMouth.constant(flow: (4.0 / 128, 0))
    let result = try frame.composing(mouth, cropToImage: place)
    let center = place(Point(128, 180))
    let (x, y) = (Int(center.x), Int(center.y))
    #expect(result.samples[y * 512 + x] == frame.samples[(y + 8) * 512 + x])
  }

  @Test(
    "a full mask paints its colour with the frame's matrix and range",
    arguments: [Int32(1), 6, 9], [true, false])
  func paint(matrix: Int32, isFullRange: Bool) throws {
    let color = ColorDescription(
      matrix: matrix, primaries: 1, transfer: 1, isFullRange: isFullRange)
    let frame = Frame.noise(256, 256, color: color)
    let mouth = PaintedMouth.constant(mask: 1, rgb: (0.5, -0.6, -0.2))
    let result = try frame.composing(mouth, cropToImage: .identity)
    let wanted = color.codes(red: 0.75, green: 0.2, blue: 0.4)
    let place = 90 * 128 + 64
    #expect(abs(Int(result.samples[180 * 256 + 128]) - Int(wanted.y)) <= 1)
    #expect(
      abs(Int(result.samples[result.firstChromaRange.lowerBound + place]) - Int(wanted.u)) <= 1)
    #expect(
      abs(Int(result.samples[result.secondChromaRange.lowerBound + place]) - Int(wanted.v)) <= 1)
  }

  @Test("half a mask is half way between source and colour")
  func halfMask() throws {
    let frame = Frame(width: 256, height: 256, luma: 100)
    let mouth = PaintedMouth.constant(mask: 0.5, rgb: (1, 1, 1))
    let result = try frame.composing(mouth, cropToImage: .identity)
    #expect(abs(Int(result.samples[180 * 256 + 128]) - (100 + 235) / 2) <= 1)
    let weaker = try frame.composing(mouth, cropToImage: .identity, strength: 0.5)
    #expect(abs(Int(weaker.samples[180 * 256 + 128]) - 134) <= 1)
  }

  @Test("a small face shows the average of the painted pixels, not every tenth of them")
  func smallFace() throws {
    let frame = Frame(width: 64, height: 64, luma: 16)
    var mouth = PaintedMouth.constant(mask: 1)
    for index in 0..<(256 * 256) {
      let value: Float = index % 2 == 0 ? 1 : -1
      for channel in 0..<3 { mouth.inner[channel * 65536 + index] = value }
    }
    let place = Similarity(scale: 0.11, shift: Point(18, 18))
    let result = try frame.composing(mouth, cropToImage: place)
    let center = place(Point(128, 180))
    let value = result.samples[Int(center.y) * 64 + Int(center.x)]
    #expect(abs(Int(value) - 125) <= 8)
  }

  @Test("a face half outside the picture is composed on the half inside")
  func partlyOutside() throws {
    let frame = Frame.noise(200, 200)
    let mouth = PaintedMouth.constant(flow: (0.3, 0.3), mask: 1, rgb: (1, 1, 1))
    for shift in [Point(-150, 0), Point(150, 120), Point(-1000, -1000), Point(5000, 0)] {
      let result = try frame.composing(mouth, cropToImage: Similarity(scale: 1, shift: shift))
      #expect(result.samples.count == frame.samples.count)
      #expect((result == frame) == (abs(shift.x) >= 1000))
    }
  }

  @Test("values that are not numbers are refused", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) {
    let frame = Frame(width: 64, height: 64)
    var mouth = PaintedMouth.constant()
    mouth.flow[17] = value
    #expect(throws: ImagingError.notFinite(what: "flow")) {
      try frame.composing(mouth, cropToImage: .identity)
    }
    mouth = .constant()
    mouth.inner[5] = value
    #expect(throws: ImagingError.notFinite(what: "inner picture")) {
      try frame.composing(mouth, cropToImage: .identity)
    }
  }
}
